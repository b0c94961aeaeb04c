using System.Text.Json.Nodes;

namespace CanaryController.Chart.Tests;

/// <summary>The webhooks stand in nobody's way, as docs/adr/0006-admission.md has it.</summary>
public sealed class AdmissionTests
{
    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Only_commands_that_raise_something_wait_for_a_webhook_that_is_down(int major) => Assert.Equal(
        [
            "commands: Fail /admission/commands rolloutcommands CREATE,UPDATE",
            "stops: Ignore /admission/commands rolloutcommands CREATE,UPDATE",
            "approvals: Fail /admission/commands approvals CREATE,UPDATE",
            "hold: Ignore /admission/hold deployments UPDATE opted in",
            "services: Ignore /admission/services services UPDATE opted in",
            "routes: Ignore /admission/routes httproutes,grpcroutes,tcproutes UPDATE opted in",
            "rollouts: Ignore /admission/rollouts rollouts CREATE,UPDATE",
            "freezewindows: Ignore /admission/freezewindows freezewindows,clusterfreezewindows CREATE,UPDATE",
            "notificationchannels: Ignore /admission/notificationchannels notificationchannels CREATE,UPDATE",
        ],
        Hooks(major, "").Select(Describe));

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void The_guard_of_routes_is_asked_about_the_kinds_of_the_chosen_routers(int major) => Assert.Equal(
        ["gateway.networking.k8s.io httproutes,grpcroutes", "policy.linkerd.io httproutes", "split.smi-spec.io trafficsplits"],
        from hook in Hooks(major, "", "--set", "routers={Linkerd,SMI}")
        where (string?)hook["clientConfig"]!["service"]!["path"] == "/admission/routes"
        from rule in (JsonArray)hook["rules"]!
        select $"{string.Join(',', rule!["apiGroups"].Texts())} {string.Join(',', rule["resources"].Texts())}");

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Each_answers_within_two_seconds_without_side_effects_and_names_no_CA(int major) => Assert.All(Hooks(major, ""), hook =>
    {
        Assert.Equal(2, (int)hook["timeoutSeconds"]!);
        Assert.Equal("None", (string?)hook["sideEffects"]);
        Assert.Null(hook["clientConfig"]!["caBundle"]);
        Assert.Equal(["v1"], hook["admissionReviewVersions"].Texts());
    });

    [Theory]
    [InlineData("1.29.0")]
    [InlineData("1.30.0")]
    public void Abort_and_pause_are_told_apart_by_what_the_cluster_has(string version)
    {
        foreach (var major in (int[])[3, 4])
        {
            var hooks = Hooks(major, "", "--kube-version", version).Where(hook => Describe(hook).Contains(" rolloutcommands ", StringComparison.Ordinal)).ToList();

            Assert.Equal(2, hooks.Count);
            Assert.All(hooks, hook => Assert.Equal(version == "1.30.0", hook["matchConditions"] is not null && hook["objectSelector"] is null));
            Assert.All(hooks, hook => Assert.Equal(version == "1.29.0", hook["objectSelector"] is not null && hook["matchConditions"] is null));
        }
    }

    [Theory]
    [InlineData("1.29.0", 0)]
    [InlineData("1.30.0", 1)]
    public void Who_breaks_the_glass_needs_the_verb_where_the_cluster_can_ask_for_it(string version, int policies)
    {
        foreach (var major in (int[])[3, 4])
        {
            var objects = Helm.Template(major, "", "--kube-version", version).Objects;
            Assert.Equal(policies, objects.Count(each => each.Kind == "ValidatingAdmissionPolicyBinding"));
            Assert.All(objects.Where(each => each.Kind == "ValidatingAdmissionPolicy"), policy => Assert.Contains(
                ".check('break-glass').allowed()", (string?)((JsonArray)policy.Json["spec"]!["validations"]!)[0]!["expression"], StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void A_controller_of_namespaces_is_asked_about_those_only(int major) => Assert.All(Hooks(major, "namespaced"), hook =>
    {
        var first = ((JsonArray)hook["namespaceSelector"]!["matchExpressions"]!)[0]!;
        Assert.Equal(("kubernetes.io/metadata.name", "In"), ((string)first["key"]!, (string)first["operator"]!));
        Assert.Equal(["shop", "cart"], first["values"].Texts());
    });

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void An_upgrade_touches_neither_certificate_nor_key(int major) =>
        Assert.Equal(
            ["apiVersion", "kind", "metadata", "type"],
            Helm.Template(major, "").Objects.One("Secret", "canary-controller-admission").Json.Select(each => each.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void With_cert_manager_it_makes_the_certificate_and_fills_in_the_CA(int major)
    {
        var objects = Helm.Template(major, "cert-manager").Objects;
        var certificate = objects.One("Certificate", "canary-controller-webhook");

        Assert.Equal(["canary-controller-webhook.canary-system.svc", "canary-controller-webhook.canary-system.svc.cluster.local"], certificate.Json["spec"]!["dnsNames"].Texts());
        Assert.Equal(("canary-controller-webhook", "Issuer"), Issuer(certificate));
        Assert.All(
            objects.Where(each => each.Kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal)),
            each => Assert.Equal("canary-system/canary-controller-webhook", each.Annotation("cert-manager.io/inject-ca-from")));
        Assert.Contains(((JsonArray)objects.One("Deployment", "canary-controller").Pod!["volumes"]!)!, volume => (string?)volume!["secret"]?["secretName"] == (string?)certificate.Json["spec"]!["secretName"]);

        var own = Helm.Template(major, "everything").Objects;
        Assert.Equal(("internal", "ClusterIssuer"), Issuer(Assert.Single(own, each => each.Kind == "Certificate")));
        Assert.DoesNotContain(own, each => each.Kind == "Issuer");

        static (string, string) Issuer(KubeObject each) => ((string)each.Json["spec"]!["issuerRef"]!["name"]!, (string)each.Json["spec"]!["issuerRef"]!["kind"]!);
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Without_admission_nothing_of_it_is_there(int major) => Assert.DoesNotContain(
        Helm.Template(major, "without-admission").Objects,
        each => each.Kind is "Secret" || each.Kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal) || each.Name.EndsWith("-webhook", StringComparison.Ordinal));

    private static IEnumerable<JsonNode> Hooks(int major, string values, params string[] more) =>
        from each in Helm.Template(major, values, more).Objects
        where each.Kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal)
        from hook in (JsonArray)each.Json["webhooks"]!
        select hook;

    private static string Describe(JsonNode hook)
    {
        var rule = Assert.Single((JsonArray)hook["rules"]!)!;
        var optedIn = (hook["namespaceSelector"]?["matchExpressions"] as JsonArray ?? []).Any(each => (string?)each!["key"] == "canarycontroller.io/admission");
        return $"{((string)hook["name"]!).Split('.')[0]}: {hook["failurePolicy"]} {hook["clientConfig"]!["service"]!["path"]} {string.Join(',', rule["resources"].Texts())} "
            + $"{string.Join(',', rule["operations"].Texts())}{(optedIn ? " opted in" : "")}";
    }
}
