using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>What is kept of a ServiceRouter: the routes that send past the splitter of the service that it is named after.</summary>
internal sealed record ServiceDetours : ICached
{
    /// <summary>The kind.</summary>
    public static readonly ObjectKind Kind = new(ConsulApi.Group, ConsulApi.Version, "servicerouters", "ServiceRouter");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The routes, in order. Of two that match a request the first counts, so what follows one for all requests is left out.</summary>
    public EquatableArray<Detour> Detours { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>Reads a ServiceRouter.</summary>
    public static ServiceDetours Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var detours = new List<Detour>();
        var isLed = meta.Annotations.ContainsKey(RouteAnnotations.Original);
        var number = 0;
        foreach (var route in item.Items("spec", "routes"))
        {
            number++;
            var isForAll = IsForAll(route.At("match", "http"));
            if (Elsewhere(route, meta.Name.Name) is { } elsewhere && !(isLed && !isForAll && IsOurs(route)))
            {
                detours.Add(new(number, elsewhere, isForAll));
            }

            if (isForAll)
            {
                break;
            }
        }

        return new() { Meta = meta, Detours = [.. detours] };
    }

    /// <summary>For people: <c>ServiceRouter shop/web</c>.</summary>
    public override string ToString() => $"{Kind.Kind} {Meta.Name}";

    /// <summary>Where a route sends to, when that is not the service as its splitter divides it.</summary>
    private static string? Elsewhere(JsonElement route, string service) =>
        route.Text("destination", "serviceSubset") is { Length: > 0 } subset ? $"subset {subset}"
        : route.Text("destination", "service") is { Length: > 0 } other && other != service ? $"service {other}"
        : null;

    /// <summary>A route that was added for the matches of a step.</summary>
    private static bool IsOurs(JsonElement route) => route.Text("destination", "serviceSubset") == RoleSubsets.Canary;

    /// <summary>No condition that a request could fail: none at all, empty ones, and the path that every path begins with.</summary>
    private static bool IsForAll(JsonElement? match) => match is not { ValueKind: JsonValueKind.Object } http || http.EnumerateObject().All(condition => condition.Value.ValueKind switch
    {
        JsonValueKind.String => condition.Value.GetString() is "" || (condition.Name is "pathPrefix" && condition.Value.GetString() is "/"),
        JsonValueKind.Array => condition.Value.GetArrayLength() == 0,
        JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False => true,
        JsonValueKind.Object or JsonValueKind.Number or JsonValueKind.Undefined => false,
    });
}

/// <summary>A route that passes a splitter by.</summary>
/// <param name="Number">Which of the routes, from 1.</param>
/// <param name="Where">What it sends to, for people.</param>
/// <param name="IsForAll">It matches every request that reaches it.</param>
internal readonly record struct Detour(int Number, string Where, bool IsForAll);
