using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Which objects a controller owns: it adopts orphans that its selector matches, and releases its own that no longer match.</summary>
internal sealed class Claims(IObjectStore store, string ownerResource, string dependentResource)
{
    /// <summary>
    /// Adopts, releases, and tells what is owned now. Adopted objects are returned as they were listed: the next write on them is refused with 409, as in the
    /// real controllers.
    /// </summary>
    /// <exception cref="ApiException">An adoption or a release was refused; all others were tried.</exception>
    public List<JsonObject> Claim(JsonObject owner, LabelSelector selector, IEnumerable<JsonObject> candidates)
    {
        List<JsonObject> owned = [];
        ApiException? refused = null;
        foreach (var candidate in candidates)
        {
            try
            {
                if (Claim(owner, selector, candidate))
                {
                    owned.Add(candidate);
                }
            }
            catch (ApiException e)
            {
                refused ??= e;
            }
        }

        return refused is null ? owned : throw refused;
    }

    private bool Claim(JsonObject owner, LabelSelector selector, JsonObject candidate)
    {
        var matches = selector.Matches(candidate.Labels());
        if (candidate.ControllerReference() is { } reference)
        {
            if (reference.Text("uid") != owner.Uid())
            {
                return false;
            }

            if (!matches && !owner.IsBeingDeleted())
            {
                store.PatchLatest(dependentResource, candidate, latest => RemoveOwners(latest, uid => uid == owner.Uid()));
            }

            return matches;
        }

        if (owner.IsBeingDeleted() || !matches || candidate.IsBeingDeleted())
        {
            return false;
        }

        return Adopt(owner, candidate);
    }

    private bool Adopt(JsonObject owner, JsonObject candidate)
    {
        if (store.Find(ownerResource, owner.Namespace(), owner.Name()) is not { } fresh || fresh.Uid() != owner.Uid() || fresh.IsBeingDeleted())
        {
            throw new ApiException(409, "Conflict", $"{owner.Name()} has just been deleted");
        }

        var adopted = false;
        store.PatchLatest(dependentResource, candidate, latest =>
        {
            if (latest.ControllerReference() is { } other && other.Text("uid") != owner.Uid())
            {
                throw new ApiException(422, "Invalid", $"{latest.Name()} has a controller already");
            }

            RemoveOwners(latest, uid => uid == owner.Uid());
            if (latest.At("metadata", "ownerReferences") is not JsonArray all)
            {
                latest.Child("metadata")["ownerReferences"] = all = [];
            }

            all.Add(ObjectFields.ControllerReferenceTo(owner));
            return adopted = true;
        });
        return adopted;
    }

    /// <summary>Removes owner references by uid; false when there was none.</summary>
    public static bool RemoveOwners(JsonObject item, Func<string, bool> remove)
    {
        var all = item.OwnerReferences().ToList();
        var kept = all.Where(r => !remove(r.Text("uid") ?? "")).ToList();
        if (kept.Count == all.Count)
        {
            return false;
        }

        if (kept.Count == 0)
        {
            item.Child("metadata").Remove("ownerReferences");
        }
        else
        {
            item.Child("metadata")["ownerReferences"] = new JsonArray([.. kept.Select(r => r.DeepClone())]);
        }

        return true;
    }
}
