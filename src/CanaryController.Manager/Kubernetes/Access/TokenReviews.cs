using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>TokenReviews (authentication.k8s.io/v1) as JSON: the question whose token this is, and its answer.</summary>
internal static class TokenReviews
{
    /// <summary>The question.</summary>
    /// <param name="token">The token.</param>
    /// <param name="audiences">One of which it must be for; empty = the API server itself.</param>
    public static JsonObject Question(string token, IReadOnlyList<string> audiences)
    {
        var spec = new JsonObject { ["token"] = token };
        if (audiences.Count > 0)
        {
            spec["audiences"] = Texts(audiences);
        }

        return new() { ["apiVersion"] = ObjectKind.TokenReview.ApiVersion, ["kind"] = ObjectKind.TokenReview.Kind, ["spec"] = spec };
    }

    /// <summary>
    /// Who holds the token; null when it does not count. With audiences, one of them must stand in the answer: an authenticator that knows nothing of audiences leaves them out, and takes every
    /// token of the cluster.
    /// </summary>
    public static ClusterIdentity? Answer(JsonElement review, IReadOnlyList<string> audiences)
    {
        if (review.Bool("status", "authenticated") != true || review.At("status", "user") is not { } user || user.Text("username") is not { Length: > 0 } name)
        {
            return null;
        }

        return audiences.Count == 0 || audiences.Intersect(TextsOf(review.Items("status", "audiences")), StringComparer.Ordinal).Any()
            ? new(name, user.Text("uid") ?? "", [.. TextsOf(user.Items("groups"))], Extra(user))
            : null;
    }

    /// <summary>A list of texts as JSON.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static List<KeyValuePair<string, IReadOnlyList<string>>> Extra(JsonElement user) => user.At("extra") is { ValueKind: JsonValueKind.Object } extra
        ? [.. extra.EnumerateObject().Where(each => each.Value.ValueKind == JsonValueKind.Array).Select(each => KeyValuePair.Create(each.Name, (IReadOnlyList<string>)[.. TextsOf(each.Value.EnumerateArray())]))]
        : [];

    private static IEnumerable<string> TextsOf(IEnumerable<JsonElement> items) => items.Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);
}
