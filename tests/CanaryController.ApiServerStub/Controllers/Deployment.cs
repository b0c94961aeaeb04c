using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>
/// The working copy of a Deployment in one sync. Like the real controller's it keeps the resourceVersion that was read: a second write of its status in one
/// sync is refused with 409, and the sync starts again.
/// </summary>
internal sealed class Deployment
{
    public Deployment(JsonObject item)
    {
        Item = item;
        Status = DeploymentStatus.Read(item);
    }

    public JsonObject Item { get; }

    public DeploymentStatus Status { get; set; }

    public string Name => Item.Name();

    public JsonNode? Template => Item.At("spec", "template");

    public int Replicas => (int)(Item.Number("spec", "replicas") ?? 1);

    public bool IsPaused => Item.Flag("spec", "paused");

    public bool IsRollingUpdate => (Item.Text("spec", "strategy", "type") ?? "RollingUpdate") == "RollingUpdate";

    public int MinReadySeconds => Item.Count("spec", "minReadySeconds");

    /// <summary>Seconds without progress until it is called stuck (default 600); null = never.</summary>
    public int? ProgressDeadlineSeconds => (int)(Item.Number("spec", "progressDeadlineSeconds") ?? 600) is var seconds and not int.MaxValue ? seconds : null;

    /// <summary>How many old ReplicaSets are kept (default 10); null = all.</summary>
    public int? RevisionHistoryLimit => (int)(Item.Number("spec", "revisionHistoryLimit") ?? 10) is var limit and not int.MaxValue ? limit : null;

    /// <summary>Pods above the wanted number during a rolling update (default 25 %, rounded up).</summary>
    public int MaxSurge => IsRollingUpdate ? Scaled("maxSurge", roundUp: true) : 0;

    /// <summary>Pods that may be missing during a rolling update (default 25 %, rounded down); 1 when both limits come to 0.</summary>
    public int MaxUnavailable
    {
        get
        {
            if (!IsRollingUpdate || Replicas == 0)
            {
                return 0;
            }

            var unavailable = Scaled("maxUnavailable", roundUp: false);
            return Math.Min(unavailable == 0 && MaxSurge == 0 ? 1 : unavailable, Replicas);
        }
    }

    public LabelSelector Selector => LabelSelector.Read(Item.At("spec", "selector"));

    /// <summary>Writes the status, and the annotations with it (the revision is kept there).</summary>
    /// <exception cref="ApiException">409 when the Deployment changed since it was read.</exception>
    public void SaveStatus(IObjectStore store)
    {
        var copy = Item.Copy();
        copy["status"] = Status.ToJson();
        store.Update(Resources.Deployments, copy, "status");
    }

    private int Scaled(string limit, bool roundUp)
    {
        switch (Item.At("spec", "strategy", "rollingUpdate", limit))
        {
            case null:
                return Percent(25, roundUp);
            case JsonValue value when value.TryGetValue(out string? text):
                return text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? Percent(percent, roundUp) : 0;
            default:
                return Item.Count("spec", "strategy", "rollingUpdate", limit);
        }
    }

    private int Percent(int percent, bool roundUp) => ((percent * Replicas) + (roundUp ? 99 : 0)) / 100;
}
