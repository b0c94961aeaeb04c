namespace CanaryController.Cli.Hosting;

/// <summary>Where the controller is and how to speak to it: options first, then the environment, then defaults.</summary>
/// <param name="Url">The controller's base address.</param>
/// <param name="Token">The bearer token; null for none. Never printed.</param>
/// <param name="UrlSource">Which setting named the address, for error messages.</param>
internal sealed record ConnectionSettings(Uri Url, string? Token, string UrlSource)
{
    /// <summary>Where a controller listens unless configured otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:7070";

    private const int MaxTokenBytes = 16 * 1024;

    /// <summary>The file that the token was read from; null without one.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The token as its file holds it now: kubelet and others renew it while a command waits. What cannot be read now, or is a pipe and was read, is as it was.</summary>
    public string? CurrentToken()
    {
        try
        {
            return TokenFile is { } file && new FileInfo(file) is { Exists: true, Length: > 0 } ? ReadToken(file, "renewed") : Token;
        }
        catch (CliException)
        {
            return Token;
        }
    }

    /// <summary>Puts the settings together.</summary>
    /// <exception cref="CliException">A setting makes no sense, or the token would travel in the clear.</exception>
    public static ConnectionSettings Resolve(string? url, string? tokenFile, bool insecure, Func<string, string?> variable)
    {
        var (text, source) = (url, NullIfEmpty(variable("CANARY_URL"))) switch
        {
            ({ } option, _) => (option, "--url"),
            (null, { } fromEnvironment) => (fromEnvironment, "CANARY_URL"),
            (null, null) => (DefaultUrl, "the default"),
        };
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CliException(ExitCode.Usage, $"'{text}' ({source}) is no http or https address. Write it like {DefaultUrl}.");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new CliException(ExitCode.Usage, $"The address in {source} holds a user name or password. Give a token with --token-file or CANARY_TOKEN_FILE instead.");
        }

        var file = tokenFile ?? NullIfEmpty(variable("CANARY_TOKEN_FILE"));
        var token = file is null ? null : ReadToken(file, tokenFile is null ? "CANARY_TOKEN_FILE" : "--token-file");
        if (token is not null && address.Scheme == "http" && !address.IsLoopback && !insecure)
        {
            throw new CliException(
                ExitCode.Usage,
                $"Refusing to send the token over plain http to {address.Host}: anybody on the way could read it. Use https, or --insecure if the way is safe.");
        }

        return new ConnectionSettings(address, token, source) { TokenFile = file };
    }

    /// <summary>The address alone: never the token.</summary>
    public override string ToString() => Url.ToString().TrimEnd('/');

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string ReadToken(string path, string source)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxTokenBytes)
            {
                throw new CliException(ExitCode.Usage, $"The token file {path} ({source}) is larger than {MaxTokenBytes} bytes: it should hold one token and nothing else.");
            }

            text = File.ReadAllText(path).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read the token file {path} ({source}): {unreadable.Message}", unreadable);
        }

        return text.Length > 0 && text.All(letter => letter is > ' ' and < '\x7f')
            ? text
            : throw new CliException(ExitCode.Usage, $"The token file {path} ({source}) holds no token: one word of printable characters is expected.");
    }
}
