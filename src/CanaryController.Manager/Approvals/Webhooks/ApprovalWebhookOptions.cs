using CanaryController.Manager.Hosting;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Approvals.Webhooks;

/// <summary>The section <c>approvals.webhooks</c>.</summary>
/// <param name="Keys">Who may send approvals; empty = nobody, and the path does not exist. At most 20.</param>
internal sealed record ApprovalWebhookOptions(IReadOnlyList<WebhookKeyOptions> Keys)
{
    private const int MaxKeys = 20;
    private const string KeyFix = "Name each key once, with the file that holds it: - {name: ci, file: /etc/canary-controller/keys/ci}.";

    /// <summary>Reads the section <c>approvals</c>; what is wrong is noted in <paramref name="approvals"/>.</summary>
    public static ApprovalWebhookOptions Read(SettingsReader approvals)
    {
        var webhooks = approvals.Section("webhooks");
        List<WebhookKeyOptions> keys = [.. webhooks.List("keys").Select(ReadKey)];
        if (keys.Count > MaxKeys)
        {
            webhooks.Add("keys", null, $"{keys.Count} keys are too many.", $"Keep {MaxKeys} at most: every signature is compared with each.");
        }

        foreach (var name in keys.Where(key => key.Name.Length > 0).GroupBy(key => key.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            webhooks.Add("keys", name, "Two keys have this name; the audit trail could not tell them apart.", KeyFix);
        }

        return new(keys);
    }

    private static WebhookKeyOptions ReadKey(SettingsReader settings)
    {
        var key = new WebhookKeyOptions(settings.Required("name", KeyFix), settings.Required("file", KeyFix), settings.Values("namespaces"));
        if (key.Name.Length > 0 && !Names.IsDnsLabel(key.Name))
        {
            settings.Add("name", key.Name, "This is not a DNS label.", "Use at most 63 of a-z, 0-9 and -, with a letter or digit at both ends.");
        }

        foreach (var ns in key.Namespaces.Where(ns => !Names.IsDnsLabel(ns)))
        {
            settings.Add("namespaces", ns, "This is not a namespace's name.", "Leave the list out for all namespaces.");
        }

        return key;
    }
}

/// <summary>A key of <c>approvals.webhooks.keys</c>.</summary>
/// <param name="Name">Who answers with it, as <c>approvers.webhookKeys</c> and the audit trail call it: a DNS label.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Namespaces">The namespaces whose rollouts it may answer for; empty = all.</param>
internal sealed record WebhookKeyOptions(string Name, string File, IReadOnlyList<string> Namespaces);
