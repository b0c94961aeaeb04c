using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Api;

/// <summary>Which resources are served: the built-in ones, and those of CRDs. Replaced whole when a CRD comes, changes or goes.</summary>
internal sealed class Catalog
{
    private readonly Dictionary<string, ResourceType> _byKey;

    private Catalog(IEnumerable<ResourceType> types) => _byKey = types.ToDictionary(type => type.Key, StringComparer.Ordinal);

    public static Catalog Builtin() => new(BuiltinResources.All());

    public IEnumerable<ResourceType> All => _byKey.Values.OrderBy(type => type.Key, StringComparer.Ordinal);

    public ResourceType? Find(string key) => _byKey.GetValueOrDefault(key);

    public ResourceType? Find(string group, string version, string plural) =>
        Find($"{(group == "" ? "core" : group)}/{plural}") is { } type && type.Version(version) is { Served: true } ? type : null;

    public Catalog With(ResourceType type) => new(_byKey.Values.Where(other => other.Key != type.Key).Append(type));

    public Catalog Without(string key) => new(_byKey.Values.Where(other => other.Key != key));

    /// <summary>The resource that a CRD defines.</summary>
    public static ResourceType OfCrd(JsonObject crd)
    {
        var spec = crd.Map("spec")!;
        var names = spec.Map("names")!;
        var versions = spec.List("versions")!.OfType<JsonObject>().Select(version => new ResourceVersion(
            version.Str("name")!,
            CrdSchema.OfResource(version.Map("schema").Map("openAPIV3Schema")),
            version.Flag("served") == true,
            version.Map("subresources")?.ContainsKey("status") == true,
            version.Map("subresources")?.ContainsKey("scale") == true)).ToList();
        return new()
        {
            Group = spec.Str("group")!,
            Plural = names.Str("plural")!,
            Singular = names.Str("singular") ?? names.Str("kind")!.ToLowerInvariant(),
            Kind = names.Str("kind")!,
            ListKindName = names.Str("listKind"),
            Namespaced = spec.Str("scope") == "Namespaced",
            Versions = [.. versions.OrderByDescending(version => Priority(version.Name))],
            StorageVersion = spec.List("versions")!.First(version => version.Flag("storage") == true).Str("name")!,
            ShortNames = names.List("shortNames")?.Select(name => name!.GetValue<string>()).ToList() ?? [],
            Categories = names.List("categories")?.Select(name => name!.GetValue<string>()).ToList() ?? [],
            Generation = GenerationRule.Content,
            IsCustom = true,
            Rules = CustomRules.Of(spec.Str("group")!, names.Str("plural")!),
        };
    }

    // v2 before v1, v1 before v1beta2 before v1alpha9.
    private static (int Stage, int Major, int Minor) Priority(string version)
    {
        var stage = version.Contains("alpha", StringComparison.Ordinal) ? 0 : version.Contains("beta", StringComparison.Ordinal) ? 1 : 2;
        var numbers = version.Split(['v', 'a', 'l', 'p', 'h', 'b', 'e', 't'], StringSplitOptions.RemoveEmptyEntries).Select(text => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return (stage, numbers.ElementAtOrDefault(0), numbers.ElementAtOrDefault(1));
    }
}
