using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>A pipeline with a key that the controller knows, which approves by requests signed as Standard Webhooks say.</summary>
internal sealed class SigningPipeline : IDisposable
{
    private const string Key = "a-key-of-the-pipeline-that-nobody-may-see";

    private readonly string _file = Path.GetTempFileName();
    private readonly HttpClient _http = new();
    private readonly string _name;

    public SigningPipeline(string name)
    {
        _name = name;
        File.WriteAllText(_file, Key + "\n");
    }

    /// <summary>What an operator writes into the controller's configuration.</summary>
    public string Settings => $$"""approvals: {webhooks: {keys: [{name: {{_name}}, file: "{{_file}}"}]} }""";

    /// <summary>Approves step 1 of a revision; what the controller answers.</summary>
    public async Task<HttpStatusCode> SendAsync(Shop shop, string revision, string id, string key = Key)
    {
        var body = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["namespace"] = shop.Namespace,
            ["rollout"] = shop.Name,
            ["revision"] = revision,
            ["step"] = 1,
            ["decision"] = "approve",
            ["comment"] = "212 smoke tests passed",
        }.ToJsonString());
        var timestamp = shop.Stage.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{id}.{timestamp}."), .. body];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shop.Controller.Api, "/v1/webhooks/approvals")) { Content = new ByteArrayContent(body) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), signed))}");
        using var answer = await _http.SendAsync(request, shop.Cancellation);
        return answer.StatusCode;
    }

    public void Dispose()
    {
        _http.Dispose();
        File.Delete(_file);
    }
}
