using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using CanaryController.Manager.Api;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Api;

public sealed class ApiDescriptionTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    [Trait("Generates", "files")]
    public async Task The_description_in_docs_is_the_one_that_is_served()
    {
        await using var bed = await ApiBed.StartAsync();

        var served = JsonSerializer.Serialize(JsonDocument.Parse(await bed.TextAsync("/openapi/v1.json")).RootElement, Indented) + "\n";

        Assert.Equal(Reviewed.Text("docs/openapi.json", served), served);
    }

    [Fact]
    public async Task The_description_wants_a_token_like_everything_else()
    {
        await using var bed = await ApiBed.StartAsync(ApiBed.Token("viewer", ApiRoles.View));

        using var anonymous = await bed.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        using var known = await bed.SendAsync(HttpMethod.Get, "/openapi/v1.json", "viewer");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (anonymous.StatusCode, known.StatusCode));
    }
}
