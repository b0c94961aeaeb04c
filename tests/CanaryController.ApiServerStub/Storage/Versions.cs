using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Converts between the version that is stored and those that are served. CRDs convert as strategy None does: only the apiVersion differs.</summary>
internal static class Versions
{
    /// <summary>The stored object as the request's version shows it. May change the object that it is given.</summary>
    public static JsonObject View(WriteRequest request, JsonObject stored) => View(request.Type, request.Version, stored);

    public static JsonObject View(ResourceType type, ResourceVersion version, JsonObject stored)
    {
        if (type.AliasOf is not null)
        {
            return EventAlias.FromCore(stored);
        }

        if (version.Name != type.StorageVersion)
        {
            stored["apiVersion"] = type.ApiVersion(version.Name);
            Pruner.Default(stored, version.Schema);
        }

        return stored;
    }

    /// <summary>A copy as it is stored.</summary>
    public static JsonObject ToStorage(WriteRequest request, JsonObject obj)
    {
        if (request.Type.AliasOf is not null)
        {
            return EventAlias.ToCore(obj);
        }

        var stored = (JsonObject)obj.DeepClone();
        stored["apiVersion"] = request.Type.ApiVersion(request.Type.StorageVersion);
        return stored;
    }

    public static Schema StorageSchema(WriteRequest request, CatalogKeeper catalogs) =>
        request.Type.AliasOf is { } key ? catalogs.Current.Find(key)!.Stored.Schema : request.Type.Stored.Schema;

    /// <summary>Whether stored text is what this version shows.</summary>
    public static bool IsStoredForm(ResourceType type, ResourceVersion version) => type.AliasOf is null && version.Name == type.StorageVersion;
}
