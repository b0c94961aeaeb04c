using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Api;

/// <summary>Reads the section <c>api</c>.</summary>
internal static class ApiOptionsReader
{
    /// <summary>Reads it; what is wrong is noted in <paramref name="settings"/>.</summary>
    public static ApiOptions Read(SettingsReader settings, RunMode mode)
    {
        var cluster = mode is RunMode.Kubernetes ? ReadKubernetesTokens(settings.Section("kubernetesTokens")) : null;
        var options = new ApiOptions(ReadListen(settings), [.. settings.List("tokens").Select(ReadToken)], cluster);
        settings.AddRange(ApiOptionsValidator.Validate(options));
        return options;
    }

    private static KubernetesTokenOptions? ReadKubernetesTokens(SettingsReader settings)
    {
        var defaults = new KubernetesTokenOptions();
        var enabled = settings.Flag("enabled", true);
        var options = new KubernetesTokenOptions
        {
            Audiences = settings.Values("audiences"),
            CacheFor = settings.Duration("cacheFor", defaults.CacheFor),
        };
        settings.AddRange(KubernetesTokenOptionsValidator.Validate(options));
        return enabled ? options : null;
    }

    private static Uri ReadListen(SettingsReader settings)
    {
        var text = settings.Text("listen", ApiOptions.DefaultListen);
        if (Uri.TryCreate(text, UriKind.Absolute, out var listen) && listen is { Scheme: "http", PathAndQuery: "/", UserInfo: "" })
        {
            return listen;
        }

        settings.Add("listen", text, "An address like http://HOST:PORT is expected here.", ApiOptions.DefaultListen);
        return new(ApiOptions.DefaultListen);
    }

    private static ApiToken ReadToken(SettingsReader settings)
    {
        var name = settings.Required("name", "Who acts with it, like release-pipeline.");
        var hash = settings.Required("sha256", "The output of: printf %s TOKEN | sha256sum");
        var bytes = new byte[32];
        if (hash.Length > 0 && (hash.Length != 64 || !TryFromHex(hash, bytes)))
        {
            settings.Add("sha256", null, "64 hexadecimal digits are expected here.", "The output of: printf %s TOKEN | sha256sum");
        }

        var roles = ApiRoles.None;
        foreach (var role in settings.Values("roles"))
        {
            roles |= ReadRole(settings, role);
        }

        if (roles == ApiRoles.None)
        {
            settings.Add("roles", null, "At least one role is needed.", "Some of view, operate, approve, breakglass.");
        }

        return new(name, bytes, roles);
    }

    private static bool TryFromHex(string text, byte[] bytes) =>
        Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length;

    private static ApiRoles ReadRole(SettingsReader settings, string role)
    {
        switch (role.ToLowerInvariant())
        {
            case "view":
                return ApiRoles.View;
            case "operate":
                return ApiRoles.Operate;
            case "approve":
                return ApiRoles.Approve;
            case "breakglass":
                return ApiRoles.BreakGlass;
            default:
                settings.Add("roles", role, "This role is not known.", "Some of view, operate, approve, breakglass.");
                return ApiRoles.None;
        }
    }
}
