using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Manager.Tests.Approvals.Slack;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>Somebody in Slack who presses buttons; Slack signs that and sends it to the controller.</summary>
internal sealed class SlackUser(Uri api, string user) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = api };

    /// <summary>Waits until the rollout's message shows <paramref name="text"/>.</summary>
    public static async Task<JsonObject> ShownAsync(SlackServer slack, string text)
    {
        while (true)
        {
            if (slack.Roots.FirstOrDefault(message => message["blocks"]!.ToJsonString().Contains(text, StringComparison.Ordinal)) is { } shown)
            {
                return shown;
            }

            await slack.NextAsync();
        }
    }

    /// <summary>What a button of a message carries.</summary>
    public static string Button(JsonObject message, string label) =>
        (string)message["blocks"]!.AsArray().Single(block => (string?)block!["type"] == "actions")!["elements"]!.AsArray().Single(button => (string?)button!["text"]!["text"] == label)!["value"]!;

    /// <summary>Presses a button: what Slack sends then.</summary>
    public static byte[] Click(string action, string value, string user, TimeProvider time) => Encoding.ASCII.GetBytes("payload=" + WebUtility.UrlEncode(new JsonObject
    {
        ["type"] = "block_actions",
        ["user"] = new JsonObject { ["id"] = user, ["username"] = "ann" },
        ["channel"] = new JsonObject { ["id"] = SlackServer.ChannelId, ["name"] = "deploys" },
        ["trigger_id"] = time.GetUtcNow().Ticks.ToString(CultureInfo.InvariantCulture),
        ["actions"] = new JsonArray(new JsonObject { ["action_id"] = $"canary_{action}", ["type"] = "button", ["value"] = value }),
    }.ToJsonString()));

    /// <summary>Presses a button; what the controller answers to Slack.</summary>
    public Task<HttpStatusCode> PressAsync(string action, string value, string secret, TimeProvider time) => SendAsync(Click(action, value, user, time), secret, time.GetUtcNow());

    /// <summary>Sends a click, signed as Slack says: HMAC-SHA256 over <c>v0:timestamp:body</c>.</summary>
    public async Task<HttpStatusCode> SendAsync(byte[] body, string secret, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/slack/interactions", UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.Add("X-Slack-Request-Timestamp", timestamp);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"v0:{timestamp}:"), .. body];
        request.Headers.Add("X-Slack-Signature", $"v0={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}");
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    public void Dispose() => _http.Dispose();
}
