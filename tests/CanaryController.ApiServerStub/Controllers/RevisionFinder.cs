using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>A Deployment's ReplicaSets: the one of its present template, and all others.</summary>
internal readonly record struct Revisions(ReplicaSet? New, List<ReplicaSet> Old)
{
    public IEnumerable<ReplicaSet> All => Old.With(New);
}

/// <summary>Finds, keeps up to date and creates the ReplicaSet of a Deployment's present template.</summary>
internal sealed class RevisionFinder(IObjectStore store, TimeProvider time)
{
    private const int MaxHistoryCharacters = 2000;

    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
        ReplicaSet.RevisionAnnotation,
        ReplicaSet.RevisionHistoryAnnotation,
        ReplicaSet.DesiredAnnotation,
        ReplicaSet.MaxAnnotation,
    ];

    /// <summary>Of several ReplicaSets with the template the oldest is the one; the others are old.</summary>
    public Revisions Find(Deployment d, List<ReplicaSet> owned, bool create)
    {
        owned.Sort(ReplicaSet.ByAge);
        var existing = owned.Find(rs => PodTemplate.EqualIgnoringHash(rs.Template, d.Template));
        var old = owned.Where(rs => rs != existing).ToList();
        var revision = old.Select(rs => rs.Revision ?? 0).DefaultIfEmpty().Max() + 1;
        return existing is not null
            ? new(KeepUpToDate(d, existing, revision), old)
            : new(create ? Create(d, old, revision) : null, old);
    }

    private ReplicaSet KeepUpToDate(Deployment d, ReplicaSet existing, long revision)
    {
        var copy = existing.Copy();
        var changed = Annotate(d, copy, revision);
        if (changed || copy.MinReadySeconds != d.MinReadySeconds)
        {
            copy.Item.Child("spec")["minReadySeconds"] = d.MinReadySeconds;
            return new(store.Update(Resources.ReplicaSets, copy.Item));
        }

        var save = SetRevision(d, copy.Item.Annotation(ReplicaSet.RevisionAnnotation) ?? "");
        if (d.ProgressDeadlineSeconds is not null && d.Status.Condition(DeploymentStatus.Progressing) is null)
        {
            d.Status = d.Status.With(Progress("True", "FoundNewReplicaSet", $"Found new replica set \"{copy.Name}\""));
            save = true;
        }

        if (save)
        {
            d.SaveStatus(store);
        }

        return copy;
    }

    private ReplicaSet? Create(Deployment d, List<ReplicaSet> old, long revision)
    {
        var @new = Compose(d, PodTemplate.Hash(d.Template, d.Status.CollisionCount));
        @new.Item.Child("spec")["replicas"] = RollingUpdate.NewReplicas(d, [.. old, @new], @new);
        Annotate(d, @new, revision);
        SetReplicasAnnotations(@new, d);

        var created = @new;
        var exists = false;
        try
        {
            created = new(store.Create(Resources.ReplicaSets, @new.Item));
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            created = TakeExisting(d, @new, e);
            exists = true;
        }
        catch (ApiException e) when (!store.IsTerminating(d.Item.Namespace()))
        {
            ReportFailure(d, @new, e);
            throw;
        }

        var save = SetRevision(d, revision.ToString(CultureInfo.InvariantCulture));
        if (!exists && d.ProgressDeadlineSeconds is not null)
        {
            d.Status = d.Status.With(Progress("True", "NewReplicaSetCreated", $"Created new replica set \"{created.Name}\""));
            save = true;
        }

        if (save)
        {
            d.SaveStatus(store);
        }

        return created;
    }

    /// <summary>A name that is taken by our own ReplicaSet of this template is that one; else it is a collision: the next sync hashes with a higher count.</summary>
    private ReplicaSet TakeExisting(Deployment d, ReplicaSet wanted, ApiException refused)
    {
        if (store.Find(Resources.ReplicaSets, d.Item.Namespace(), wanted.Name) is { } existing
            && existing.ControllerReference()?.Text("uid") == d.Item.Uid()
            && PodTemplate.EqualIgnoringHash(existing.At("spec", "template"), d.Template))
        {
            return new(existing);
        }

        d.Status = d.Status with { CollisionCount = (d.Status.CollisionCount ?? 0) + 1 };
        d.SaveStatus(store);
        throw refused;
    }

    private void ReportFailure(Deployment d, ReplicaSet wanted, ApiException refused)
    {
        if (d.ProgressDeadlineSeconds is null)
        {
            return;
        }

        d.Status = d.Status.With(Progress("False", "ReplicaSetCreateError", $"Failed to create new replica set \"{wanted.Name}\": {refused.Message}"));
        try
        {
            d.SaveStatus(store);
        }
        catch (ApiException)
        {
            // The refusal itself is what is reported; the condition follows with the next try.
        }
    }

    private static ReplicaSet Compose(Deployment d, string hash)
    {
        var template = (JsonObject)(d.Template?.DeepClone() ?? new JsonObject());
        template.Child("metadata").Child("labels")[PodTemplate.HashLabel] = hash;
        var selector = (JsonObject)(d.Item.At("spec", "selector")?.DeepClone() ?? new JsonObject());
        selector.Child("matchLabels")[PodTemplate.HashLabel] = hash;
        return new(new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{d.Name}-{hash}",
                ["namespace"] = d.Item.Namespace(),
                ["labels"] = template.At("metadata", "labels")?.DeepClone(),
                ["ownerReferences"] = new JsonArray(ObjectFields.ControllerReferenceTo(d.Item)),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 0,
                ["minReadySeconds"] = d.MinReadySeconds,
                ["selector"] = selector,
                ["template"] = template,
            },
        });
    }

    private static bool Annotate(Deployment d, ReplicaSet rs, long revision)
    {
        var changed = false;
        var annotations = rs.Item.Annotations();
        foreach (var (key, value) in d.Item.At("metadata", "annotations") as JsonObject ?? [])
        {
            if (!NotCopied.Contains(key) && annotations.Text(key) != value?.ToString())
            {
                annotations[key] = value?.ToString();
                changed = true;
            }
        }

        var previous = annotations.Text(ReplicaSet.RevisionAnnotation);
        if (rs.Revision is not { } now || now >= revision)
        {
            return changed && (rs.Revision is not null || previous is null or "");
        }

        annotations[ReplicaSet.RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture);
        if (previous is not null)
        {
            RememberRevision(annotations, previous);
        }

        return true;
    }

    /// <summary>A ReplicaSet that is used again keeps the numbers that it had; the oldest are dropped when the list gets too long.</summary>
    private static void RememberRevision(JsonObject annotations, string previous)
    {
        var history = annotations.Text(ReplicaSet.RevisionHistoryAnnotation) is { Length: > 0 } earlier ? earlier.Split(',') : [];
        var length = history.Sum(r => r.Length + 1) + previous.Length;
        var dropped = 0;
        while (length > MaxHistoryCharacters && dropped < history.Length)
        {
            length -= history[dropped++].Length + 1;
        }

        annotations[ReplicaSet.RevisionHistoryAnnotation] = string.Join(',', [.. history[dropped..], previous]);
    }

    /// <summary>Writes for which size of the Deployment this ReplicaSet was scaled last.</summary>
    public static void SetReplicasAnnotations(ReplicaSet rs, Deployment d)
    {
        rs.Item.Annotations()[ReplicaSet.DesiredAnnotation] = d.Replicas.ToString(CultureInfo.InvariantCulture);
        rs.Item.Annotations()[ReplicaSet.MaxAnnotation] = (d.Replicas + d.MaxSurge).ToString(CultureInfo.InvariantCulture);
    }

    private static bool SetRevision(Deployment d, string revision)
    {
        if (d.Item.Annotation(ReplicaSet.RevisionAnnotation) == revision)
        {
            return false;
        }

        d.Item.Annotations()[ReplicaSet.RevisionAnnotation] = revision;
        return true;
    }

    private DeploymentCondition Progress(string status, string reason, string message) =>
        new(DeploymentStatus.Progressing, status, reason, message, time.Stamp(), time.Stamp());
}
