using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>
/// The mirrors of a TraefikService: <c>spec.mirroring.mirrors[]{name, percent}</c>. The user writes the Service among them with <c>percent: 0</c>, which is a mirror of nothing. To mirror is to give that
/// entry the canary's name and 100 percent, so its port, scheme and whatever else it says hold for the copies too; afterwards it is as it was.
/// </summary>
internal sealed class MirrorsDialect : RuleDialect
{
    private const int All = 100;

    /// <inheritdoc/>
    public override RuleTraits Read(JsonElement rule, EquatableArray<RouteBackend> backends, OriginalRoute? note)
    {
        var mirror = note is null ? -1 : backends.ToList().FindIndex(backend => backend.Kind == "Service" && note.IsCanary(backend.Name, null));
        return new MirrorTraits(note?.Rules is [{ } was, ..] ? was : null)
        {
            CanMatch = false,
            OwnMirror = mirror < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"mirrors/{mirror}"),
        };
    }

    /// <inheritdoc/>
    public override bool Strip(JsonObject rule, RequestMatch? pick) => pick is null;

    /// <inheritdoc/>
    public override void Add(JsonPatch patch, string twin, RouteRule rule, RequestMatch pick) => throw new InvalidOperationException($"Mirrors match nothing: {twin}.");

    /// <inheritdoc/>
    public override void Mirror(JsonPatch patch, string path, RouteRule rule, RouteBackend backend, int canary, int count) => patch
        .Test($"{path}/mirrors/{canary}/name", rule.Backends[canary].Name)
        .Replace($"{path}/mirrors/{canary}/name", backend.Name)
        .Add($"{path}/mirrors/{canary}/percent", All);

    /// <inheritdoc/>
    public override void Unmirror(JsonPatch patch, string path, RouteRule rule, string mirror)
    {
        var was = ((MirrorTraits)rule.Traits!).Was;
        if (was is not null)
        {
            patch.Replace($"{path}/{mirror}/name", was.Name);
        }

        _ = was is { Weight: null } ? patch.Remove($"{path}/{mirror}/percent") : patch.Add($"{path}/{mirror}/percent", 0);
    }

    private sealed record MirrorTraits(OriginalRule? Was) : RuleTraits([]);
}
