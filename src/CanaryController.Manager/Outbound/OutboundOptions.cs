using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Outbound;

/// <summary>The section <c>outbound</c>: where requests may go that the texts of rollouts and channels name.</summary>
internal sealed record OutboundOptions
{
    /// <summary>The most entries of <see cref="Allow"/>.</summary>
    public const int MaxAllowed = 100;

    /// <summary>Host names, <c>*.</c> and a domain for all names below it, addresses and CIDR ranges. Default: none, and so no request goes out.</summary>
    public IReadOnlyList<AllowedTarget> Allow { get; init; } = [];

    /// <summary>Without Kubernetes: the folder that holds a folder a Secret, and in that a file a key. Null (the default) = there are no Secrets.</summary>
    public string? SecretsFolder { get; init; }

    /// <summary>How long something that cannot be delivered is tried again. Default 1 hour; 1 minute to 24 hours.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Reads the section; what is wrong is noted in <paramref name="settings"/>.</summary>
    public static OutboundOptions Read(SettingsReader settings)
    {
        var defaults = new OutboundOptions();
        var retryFor = settings.Duration("retryFor", defaults.RetryFor);
        if (retryFor < TimeSpan.FromMinutes(1) || retryFor > TimeSpan.FromHours(24))
        {
            settings.Add("retryFor", retryFor.ToString(), "Outside 1 minute to 24 hours.", "1h");
        }

        var folder = settings.Optional("secretsFolder");
        if (folder is { Length: 0 })
        {
            settings.Add("secretsFolder", "", "Empty.", "the path of a folder, or leave it out");
        }

        return new() { Allow = ReadAllowed(settings), SecretsFolder = folder, RetryFor = retryFor };
    }

    private static List<AllowedTarget> ReadAllowed(SettingsReader settings)
    {
        var allowed = new List<AllowedTarget>();
        var values = settings.Values("allow");
        if (values.Count > MaxAllowed)
        {
            settings.Add("allow", values.Count.ToString(), $"More than {MaxAllowed} entries.", "name a domain (*.example.com) or a range (10.20.0.0/16) instead");
        }

        foreach (var value in values)
        {
            if (AllowedTarget.TryParse(value, out var target))
            {
                allowed.Add(target);
            }
            else
            {
                settings.Add("allow", value, "Neither a host, a domain nor an address.", "hooks.example.com, *.example.com, 10.20.0.7 or 10.20.0.0/16; without scheme, port and path");
            }
        }

        return allowed;
    }
}
