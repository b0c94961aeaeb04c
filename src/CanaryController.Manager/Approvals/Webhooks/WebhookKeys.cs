using CanaryController.Manager.Approvals.Signed;

namespace CanaryController.Manager.Approvals.Webhooks;

/// <summary>Knows whose key signed a request.</summary>
internal sealed partial class WebhookKeys(ApprovalWebhookOptions options, ILogger<WebhookKeys> logger)
{
    /// <summary>The key; null when none of them signed it. All are compared, whichever fits: how long it takes says nothing about any of them.</summary>
    public WebhookKeyOptions? Signer(StandardWebhook signed, ReadOnlySpan<byte> body)
    {
        WebhookKeyOptions? found = null;
        foreach (var known in options.Keys)
        {
            foreach (var key in Read(known))
            {
                if (signed.IsSignedWith(key, body))
                {
                    found = known;
                }
            }
        }

        return found;
    }

    private IReadOnlyList<byte[]> Read(WebhookKeyOptions known)
    {
        try
        {
            return SigningKeyFile.Read(known.File);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Unreadable(logger, known.Name, wrong.Message);
            return [];
        }
    }

    [LoggerMessage(EventId = 1801, Level = LogLevel.Warning, Message = "The webhook key {Name} cannot be read, so nothing that it signed counts: {Problem}")]
    private static partial void Unreadable(ILogger logger, string name, string problem);
}
