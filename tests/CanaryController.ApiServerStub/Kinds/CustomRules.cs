namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What the admission webhooks of other systems refuse of their own custom resources, which no CRD says.</summary>
internal static class CustomRules
{
    /// <summary>The rules of a custom resource.</summary>
    public static KindRules Of(string group, string plural) => (group, plural) switch
    {
        ("networking.istio.io", "virtualservices") => new VirtualServiceRules(),
        ("networking.istio.io", "destinationrules") => new DestinationRuleRules(),
        ("consul.hashicorp.com", "servicesplitters") => new ServiceSplitterRules(),
        ("consul.hashicorp.com", "serviceresolvers") => new ServiceResolverRules(),
        _ => new KindRules(),
    };
}
