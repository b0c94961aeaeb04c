using System.Text.Json.Nodes;

namespace CanaryController.Chart.Tests;

/// <summary>The pods that the chart starts, and what stands around them.</summary>
public sealed class WorkloadTests
{
    public static TheoryData<int, string> Renderings => ChartTests.Renderings;

    [Theory]
    [MemberData(nameof(Renderings))]
    public void No_container_may_do_anything_to_its_node(int major, string values)
    {
        var pods = Helm.Template(major, values).Objects.Where(each => each.Pod is not null).ToList();

        Assert.Equal(["Deployment", "Job"], pods.Select(each => each.Kind).Order(StringComparer.Ordinal));
        Assert.All(pods, each =>
        {
            var security = each.Pod!["securityContext"]!;
            Assert.True((bool)security["runAsNonRoot"]!);
            Assert.Equal(1654, (int)security["runAsUser"]!);
            Assert.Equal("RuntimeDefault", (string?)security["seccompProfile"]!["type"]);
            Assert.All((JsonArray)each.Pod!["containers"]!, container =>
            {
                var own = container!["securityContext"]!;
                Assert.False((bool)own["allowPrivilegeEscalation"]!);
                Assert.True((bool)own["readOnlyRootFilesystem"]!);
                Assert.Equal(["ALL"], own["capabilities"]!["drop"].Texts());
                Assert.NotNull(container["resources"]!["requests"]!["memory"]);
                Assert.NotNull(container["resources"]!["limits"]!["memory"]);
            });
        });
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Two_replicas_follow_each_other_without_a_gap(int major)
    {
        var objects = Helm.Template(major, "").Objects;
        var deployment = objects.One("Deployment", "canary-controller");
        var container = Assert.Single((JsonArray)deployment.Pod!["containers"]!)!;

        Assert.Equal(2, (int)deployment.Json["spec"]!["replicas"]!);
        Assert.Equal(0, (int)deployment.Json["spec"]!["strategy"]!["rollingUpdate"]!["maxUnavailable"]!);
        Assert.Equal(1, (int)objects.One("PodDisruptionBudget", "canary-controller").Json["spec"]!["maxUnavailable"]!);
        Assert.True((int)deployment.Pod!["terminationGracePeriodSeconds"]! >= 15);
        Assert.Equal(["POD_NAME", "POD_NAMESPACE"], ((JsonArray)container["env"]!).Select(each => (string)each!["name"]!).Take(2));
        Assert.Equal(("/healthz", "/readyz"), ((string)container["livenessProbe"]!["httpGet"]!["path"]!, (string)container["readinessProbe"]!["httpGet"]!["path"]!));
        Assert.DoesNotContain(Helm.Template(major, "", "--set", "replicas=1").Objects, each => each.Kind == "PodDisruptionBudget");
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Another_configuration_starts_other_pods(int major)
    {
        Assert.NotEqual(Checksum("workers=4"), Checksum("workers=5"));
        Assert.Equal(Checksum("workers=4"), Checksum("monitoring.serviceMonitor.enabled=true"));

        string Checksum(string set) =>
            (string)Helm.Template(major, "", "--set", set).Objects.One("Deployment", "canary-controller").Json["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/config"]!;
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Without_tokens_the_API_stays_inside_the_pod(int major)
    {
        Assert.Equal(["metrics"], Ports("", "--set", "api.kubernetesTokens.enabled=false"));
        Assert.Equal(["metrics", "api"], Ports("without-admission", "--set", "api.kubernetesTokens.enabled=false"));
        Assert.Equal(["metrics", "api"], Ports(""));

        IEnumerable<string> Ports(string values, params string[] more) =>
            ((JsonArray)Helm.Template(major, values, more).Objects.One("Service", "canary-controller").Json["spec"]!["ports"]!).Select(port => (string)port!["name"]!);
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Services_and_budgets_select_the_controllers_pods_and_no_others(int major, string values)
    {
        var objects = Helm.Template(major, values).Objects;
        var labels = Labels("Deployment");
        var hook = Labels("Job");
        var selectors = objects.Where(each => each.Kind is "Service" or "PodDisruptionBudget" or "NetworkPolicy")
            .Select(each => (JsonObject)(each.Kind == "Service" ? each.Json["spec"]!["selector"] : each.Json["spec"]!["selector"]?["matchLabels"] ?? each.Json["spec"]!["podSelector"]!["matchLabels"])!);

        Assert.All(selectors, selector =>
        {
            Assert.True(Selects(selector, labels));
            Assert.False(Selects(selector, hook));
        });

        JsonObject Labels(string kind) => (JsonObject)objects.Single(each => each.Kind == kind).Json["spec"]!["template"]!["metadata"]!["labels"]!;

        static bool Selects(JsonObject selector, JsonObject labels) => selector.All(pair => (string?)labels[pair.Key] == (string?)pair.Value);
    }

    [Theory]
    [InlineData("", "--all-namespaces")]
    [InlineData("namespaced", "--namespace shop|--namespace cart")]
    public void Before_the_release_goes_a_Job_lets_go_of_every_Rollout(string values, string where)
    {
        foreach (var major in (int[])[3, 4])
        {
            var hooks = Helm.Template(major, values).Objects.Where(each => each.Annotation("helm.sh/hook") is not null).ToList();
            var job = Assert.Single(hooks, each => each.Kind == "Job");

            Assert.All(hooks, each => Assert.Equal("pre-delete", each.Annotation("helm.sh/hook")));
            Assert.All(hooks, each => Assert.Equal("before-hook-creation,hook-succeeded", each.Annotation("helm.sh/hook-delete-policy")));
            Assert.All(hooks.Where(each => each != job), each => Assert.True(int.Parse(each.Annotation("helm.sh/hook-weight")!) < int.Parse(job.Annotation("helm.sh/hook-weight")!)));
            Assert.Equal(
                where.Split('|').Select(each => $"release --all {each} --timeout 4m"),
                ((JsonArray)job.Pod!["containers"]!).Select(container => string.Join(' ', container!["args"].Texts())));
            Assert.All(
                hooks.Where(each => each.Kind is "Role" or "ClusterRole"),
                role => Assert.Equal("get, list, patch", string.Join(", ", Assert.Single((JsonArray)role.Json["rules"]!)!["verbs"].Texts())));
        }
    }
}
