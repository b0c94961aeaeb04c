using System.Text;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Notifications.Webhooks;
using CanaryController.Resources.Notifications;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Notifications;

/// <summary>Signatures as Standard Webhooks say.</summary>
public sealed class WebhookSignerTests : ISecretTexts
{
    private SecretText _secret = SecretText.Missing("The secret a/b cannot be read.");

    [Fact]
    public async Task The_example_of_Standard_Webhooks_has_its_signature()
    {
        _secret = SecretText.Of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"u8);
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));
        var signed = await new WebhookSigner(this, time).SignAsync(
            "shop", new() { Name = "a", Key = "b" }, "msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(
            ["webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330", "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
            signed.Headers.Select(header => $"{header.Key}: {header.Value}"));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_signed_and_with_a_missing_one_nothing_is_sent()
    {
        var signer = new WebhookSigner(this, TimeProvider.System);
        Assert.Equal(["webhook-id", "webhook-timestamp"], (await signer.SignAsync("shop", null, "1", default, TestContext.Current.CancellationToken)).Headers.Select(header => header.Key));
        var missing = await signer.SignAsync("shop", new() { Name = "a", Key = "b" }, "1", default, TestContext.Current.CancellationToken);
        Assert.Empty(missing.Headers);
        Assert.Equal("The secret a/b cannot be read.", missing.Problem);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("whsec_MfKQ")]
    [InlineData("whsec_not base64 at all, but long enough")]
    public async Task A_key_that_could_be_guessed_is_refused_without_being_shown(string key)
    {
        _secret = SecretText.Of(Encoding.UTF8.GetBytes(key));
        var signed = await new WebhookSigner(this, TimeProvider.System).SignAsync("shop", new() { Name = "a", Key = "b" }, "1", default, TestContext.Current.CancellationToken);
        Assert.StartsWith("The secret a/b is no key: 16 bytes or more", signed.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(key, signed.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(key, $"{_secret}", StringComparison.Ordinal);
    }

    Task<SecretText> ISecretTexts.ReadAsync(string ns, SecretKeySection reference, CancellationToken cancellation) => Task.FromResult(_secret);
}
