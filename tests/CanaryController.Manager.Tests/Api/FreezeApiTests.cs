using System.Net;
using System.Net.Http.Json;
using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Standalone;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Api;

/// <summary>Freezes over the API, and the right to break the glass.</summary>
public sealed class FreezeApiTests
{
    private const string Freezes = "/v1/namespaces/default/freezes";
    private const string Shop = "/v1/namespaces/default/rollouts/shop";

    [Fact]
    public async Task A_freeze_is_made_shown_stored_and_is_ended()
    {
        await using var bed = await ApiBed.StartAsync();
        using var made = await PostAsync(bed, """{"name": "sale", "reason": "a sale", "rollouts": ["shop"]}""");
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        var view = await bed.Http.GetFromJsonAsync(Shop, ApiJson.Default.RolloutView);
        Assert.Equal(("FreezeWindow sale", null), (view!.Window?.ClosedBy, view.Window?.OpensAt));
        Assert.Contains("window: closed by FreezeWindow sale until somebody ends it: a sale.", view.WaitingFor);
        using var twice = await PostAsync(bed, """{"name": "sale", "reason": "a sale"}""");
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);

        using var refused = await bed.CommandAsync("""{"action": "promote", "revision": "v2"}""");
        Assert.Contains("break the glass", (await bed.ProblemAsync(refused)).Detail, StringComparison.Ordinal);

        Assert.Single(bed.Manager.Get<SqliteFreezes>().Load());
        using var ended = await bed.SendAsync(HttpMethod.Delete, $"{Freezes}/sale");
        Assert.Empty((await ended.Content.ReadFromJsonAsync(ApiJson.Default.FreezeList))!.Items);
        using var gone = await bed.SendAsync(HttpMethod.Delete, $"{Freezes}/sale");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Theory]
    [InlineData("""{"name": "Sale", "reason": "a sale"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name": "sale", "reason": ""}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name": "sale", "reason": "r", "end": "2020-01-01T00:00:00Z"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name": "sale", "reason": "r", "rollout": "shop"}""", HttpStatusCode.BadRequest)]
    public async Task A_wrong_freeze_is_refused(string json, HttpStatusCode status)
    {
        await using var bed = await ApiBed.StartAsync();
        using var answer = await PostAsync(bed, json);
        Assert.Equal(status, answer.StatusCode);
        Assert.Empty((await bed.Http.GetFromJsonAsync(Freezes, ApiJson.Default.FreezeList))!.Items);
    }

    [Fact]
    public async Task To_break_the_glass_and_to_end_a_freeze_take_a_role_of_their_own()
    {
        await using var bed = await ApiBed.StartAsync(ApiBed.Token("operator", ApiRoles.View | ApiRoles.Operate), ApiBed.Token("chief", ApiRoles.BreakGlass));
        using var made = await PostAsync(bed, """{"name": "sale", "reason": "a sale"}""", "operator");
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        using var forbidden = await bed.CommandAsync("""{"action": "breakGlass", "reason": "the shop is down"}""", "operator");
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var kept = await bed.SendAsync(HttpMethod.Delete, $"{Freezes}/sale", "operator");
        Assert.Equal(HttpStatusCode.Forbidden, kept.StatusCode);

        using var silent = await bed.CommandAsync("""{"action": "breakGlass"}""", "chief");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, silent.StatusCode);
        using var broken = await bed.CommandAsync("""{"action": "breakGlass", "reason": "the shop is down", "revision": "v2"}""", "chief");
        Assert.Equal(HttpStatusCode.OK, broken.StatusCode);
        Assert.Equal(("chief", "the shop is down"), (bed.Manager.State.Glass?.Actor, bed.Manager.State.Glass?.Reason));
        using var history = await bed.SendAsync(HttpMethod.Get, $"{Shop}/history", "operator");
        Assert.Equal(RolloutReason.GlassBroken, (await history.Content.ReadFromJsonAsync(ApiJson.Default.HistoryView))!.Events[0].Reason);
        using var ended = await bed.SendAsync(HttpMethod.Delete, $"{Freezes}/sale", "chief");
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
    }

    private static async Task<HttpResponseMessage> PostAsync(ApiBed bed, string json, string? token = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await bed.SendAsync(HttpMethod.Post, Freezes, token, content);
    }
}
