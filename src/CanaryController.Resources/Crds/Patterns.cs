namespace CanaryController.Resources.Crds;

/// <summary>The forms of texts as regular expressions that RE2 reads. They say what <see cref="Rules.Names"/> and the texts' own readers say; a test compares them.</summary>
internal static class Patterns
{
    public const int MaxDurationCharacters = 60;
    public const string Duration = "^([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,15}ms)?$";
    public const string Share = "^0*([1-9][0-9]?|100)%$";
    public const string DnsLabel = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
    public const string DnsSubdomain = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    public const string Version = "^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
    public const string Day = "^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
    public const string ArgumentName = "^[A-Za-z][A-Za-z0-9_]{0,62}$";
    public const string ProxyName = "^[A-Za-z0-9_.:-]{1,128}$";
    public const string MetricLabel = "^[A-Za-z_][A-Za-z0-9_]{0,127}$";
    public const string OutgoingUrl = "^[hH][tT][tT][pP][sS]?://[^/?#@]+([/?][^#]*)?$";
    public const string SecretKey = "^[-._a-zA-Z0-9]{1,253}$";
    public const string SlackChannel = "^([CGD][A-Z0-9]{2,30}|#[-_a-z0-9]{1,80})$";
    public const string SlackMention = "^([UWS][A-Z0-9]{2,30}|here|channel)$";
    public const string HttpToken = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
    public const string VisibleText = @"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$";
}
