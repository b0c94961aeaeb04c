using System.Text.Json.Nodes;

namespace CanaryController.Chart.Tests;

/// <summary>The chart grants what the controller asks for, where it asks for it, and nothing else.</summary>
public sealed class PermissionTests
{
    private const string Watched = "watched";
    private const string Own = "own namespace";
    private const string Cluster = "cluster";

    /// <summary>Not for a controller of namespaces: all kinds that begin so.</summary>
    private const string OfTheCluster = "canarycontroller.io cluster";

    /// <summary>Of the document's table of the controller's permissions; the others have fewer.</summary>
    private const int ColumnsAndEdges = 7;

    /// <summary>All that the controller ever asks the API server: where, what (with the names it is limited to), which verbs. docs/operations/permissions.md says why.</summary>
    private static readonly string[] _table =
    [
        $"{Watched}: canarycontroller.io rollouts: get, list, watch, patch",
        $"{Watched}: canarycontroller.io rolloutcommands: list, watch, delete",
        $"{Watched}: canarycontroller.io approvals: list, watch, delete",
        $"{Watched}: canarycontroller.io approvals/status: patch",
        $"{Watched}: canarycontroller.io metrictemplates: list, watch",
        $"{Watched}: {OfTheCluster}metrictemplates: list, watch",
        $"{Watched}: canarycontroller.io freezewindows: list, watch, create, delete",
        $"{Watched}: {OfTheCluster}freezewindows: list, watch",
        $"{Watched}: canarycontroller.io notificationchannels: list, watch",
        $"{Watched}: core secrets canary-notifications: get",
        $"{Watched}: canarycontroller.io rollouts/status: patch",
        $"{Watched}: canarycontroller.io rolloutcommands/status: patch",
        $"{Watched}: apps deployments: get, list, watch, patch",
        $"{Watched}: apps replicasets: get, list, watch, create, patch, delete",
        $"{Watched}: apps controllerrevisions: get, list, watch, create, patch, delete",
        $"{Watched}: core services: get, list, watch, create, patch, delete",
        $"{Watched}: discovery.k8s.io endpointslices: list, watch",
        $"{Watched}: autoscaling horizontalpodautoscalers: list, watch",
        $"{Watched}: gateway.networking.k8s.io httproutes: get, list, watch, patch",
        $"{Watched}: gateway.networking.k8s.io grpcroutes: get, list, watch, patch",
        $"{Watched}: gateway.networking.k8s.io tcproutes: get, list, watch, patch",
        $"{Watched}: gateway.networking.k8s.io backendtlspolicies: list, watch",
        $"{Watched}: core events: create",
        $"{Own}: coordination.k8s.io leases: create",
        $"{Own}: coordination.k8s.io leases canary-controller: get, patch",
        $"{Own}: core secrets canary-controller-admission: get, list, watch, patch",
        $"{Cluster}: admissionregistration.k8s.io mutatingwebhookconfigurations canary-controller: get, list, watch, patch",
        $"{Cluster}: admissionregistration.k8s.io validatingwebhookconfigurations canary-controller: get, list, watch, patch",
        $"{Cluster}: authentication.k8s.io tokenreviews: create",
        $"{Cluster}: authorization.k8s.io subjectaccessreviews: create",
    ];

    /// <summary>The API groups of what has no namespace.</summary>
    private static readonly string[] _clusterGroups = ["admissionregistration", "authentication", "authorization"];

    public static TheoryData<int, string> Renderings => [.. from major in (int[])[3, 4] from values in ChartTests.AllValues select (major, values)];

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void The_whole_cluster_takes_what_the_table_says(int major)
    {
        var objects = Helm.Template(major, "").Objects;
        var granted = Grants(objects.One("ClusterRole", "canary-controller"), Watched).Concat(Grants(objects.One("Role", "canary-controller"), Own))
            .Select(grant => _clusterGroups.Aggregate(grant, (said, group) => said.Replace($"{Watched}: {group}", $"{Cluster}: {group}", StringComparison.Ordinal)));

        Assert.Equal(_table.Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Istio_takes_the_objects_that_hold_weights_and_subsets_and_only_reads_who_asks_for_mTLS(int major) => Assert.Equal(
        [
            $"{Watched}: networking.istio.io destinationrules: get, list, watch, patch",
            $"{Watched}: networking.istio.io virtualservices: get, list, watch, patch",
            $"{Watched}: security.istio.io peerauthentications: list, watch",
        ],
        Grants(Helm.Template(major, "", "--set", "routers={Istio}").Objects.One("ClusterRole", "canary-controller"), Watched)
            .Where(grant => grant.Contains("istio.io", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Namespaces_take_the_same_in_each_of_them_and_next_to_nothing_in_the_cluster(int major)
    {
        var objects = Helm.Template(major, "namespaced").Objects;
        var name = "canary-controller-canary-system";

        Assert.All((string[])["shop", "cart"], ns => Assert.Equal(
            Rows(Watched).Where(row => !row.Contains(OfTheCluster, StringComparison.Ordinal)), Grants(objects.One("Role", name, ns), Watched).Order(StringComparer.Ordinal)));
        Assert.Equal(
            Rows(Cluster),
            Grants(objects.One("ClusterRole", name), Cluster).Select(grant => grant.Replace(name, "canary-controller", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(Rows(Own), Grants(objects.One("Role", "canary-controller", "canary-system"), Own).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Meshes_take_their_own_kinds_and_what_they_look_at(int major)
    {
        var granted = Grants(Helm.Template(major, "", "--set", "routers={Linkerd,SMI}").Objects.One("ClusterRole", "canary-controller"), Watched).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                $"{Watched}: gateway.networking.k8s.io httproutes: get, list, watch, patch",
                $"{Watched}: gateway.networking.k8s.io grpcroutes: get, list, watch, patch",
                $"{Watched}: policy.linkerd.io httproutes: get, list, watch, patch",
                $"{Watched}: linkerd.io serviceprofiles: list, watch",
                $"{Watched}: split.smi-spec.io trafficsplits: get, list, watch, patch",
            },
            granted);
        Assert.DoesNotContain(granted, grant => grant.Contains("tcproutes", StringComparison.Ordinal) || grant.Contains("backendtlspolicies", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void With_cert_manager_and_tokens_of_its_own_a_controller_of_namespaces_has_no_right_in_the_cluster(int major) =>
        Assert.DoesNotContain(Helm.Template(major, "everything").Objects, each => each.Kind == "ClusterRoleBinding");

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Nothing_is_granted_by_a_wildcard_and_no_Secret_without_its_name(int major, string values) => Assert.All(
        from role in Helm.Template(major, values).Objects
        where role.Kind is "Role" or "ClusterRole"
        from rule in (JsonArray)role.Json["rules"]!
        select rule,
        rule =>
        {
            Assert.DoesNotContain("*", rule["apiGroups"].Texts().Concat(rule["resources"].Texts()).Concat(rule["verbs"].Texts()));
            Assert.True(!rule["resources"].Texts().Contains("secrets", StringComparer.Ordinal) || rule["resourceNames"].Texts().Any());
        });

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Each_binding_leads_from_a_service_account_to_a_role_that_is_there(int major, string values)
    {
        var objects = Helm.Template(major, values).Objects;
        foreach (var binding in objects.Where(each => each.Kind is "RoleBinding" or "ClusterRoleBinding"))
        {
            var subject = Assert.Single((JsonArray)binding.Json["subjects"]!);
            objects.One((string)binding.Json["roleRef"]!["kind"]!, (string)binding.Json["roleRef"]!["name"]!, binding.Namespace);
            objects.One((string)subject!["kind"]!, (string)subject["name"]!, "canary-system");
        }
    }

    [Fact]
    public void The_document_says_the_same()
    {
        var document = File.ReadAllLines(Path.Combine(Folders.Root, "docs", "operations", "permissions.md"));
        var rows = from line in document
                   where line.StartsWith("| `", StringComparison.Ordinal)
                   let cells = line.Split('|', StringSplitOptions.TrimEntries)
                   where cells.Length == ColumnsAndEdges
                   from resource in cells[1].Split(", ")
                   select $"{cells[2]}: {cells[3]} {resource.Replace("`", "", StringComparison.Ordinal).Replace(" named", "", StringComparison.Ordinal)}: {cells[4]}";

        Assert.Equal(_table.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Traefik", "traefik.io traefikservices: get, list, watch, patch", "traefik.io ingressroutes: get, list, watch, patch", "traefik.io ingressroutetcps: get, list, watch, patch")]
    [InlineData("Contour", "projectcontour.io httpproxies: get, list, watch, patch")]
    [InlineData("Consul", "consul.hashicorp.com servicesplitters: get, list, watch, patch", "consul.hashicorp.com servicerouters: get, list, watch, patch",
        "consul.hashicorp.com serviceresolvers: get, list, watch, patch", "consul.hashicorp.com serviceintentions: list, watch")]
    [InlineData("IngressNginx", "networking.k8s.io ingresses: get, list, watch, create, patch, delete")]
    public void A_router_gets_its_objects_and_only_ingress_nginx_has_some_made_and_deleted(string router, params string[] rights)
    {
        var objects = Helm.Template(4, "", "--set", $"routers={{{router}}}").Objects;
        var usual = Rows(Watched).Where(row => !row.Contains("gateway.networking.k8s.io", StringComparison.Ordinal));
        Assert.Equal(usual.Concat(rights.Select(right => $"{Watched}: {right}")).Order(StringComparer.Ordinal), Watches(objects).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void People_get_rollouts_by_the_roles_that_they_have(int major)
    {
        var objects = Helm.Template(major, "").Objects;

        Assert.Equal(
            [.. ((string[])["approvals", "clusterfreezewindows", "clustermetrictemplates", "freezewindows", "metrictemplates", "notificationchannels", "rolloutcommands", "rollouts"]).Select(kind => $"x: canarycontroller.io {kind}: get, list, watch")],
            Grants(objects.One("ClusterRole", "canary-controller-view"), "x").Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "x: canarycontroller.io approvals: create, delete", "x: canarycontroller.io metrictemplates: create, update, patch, delete, deletecollection",
                "x: canarycontroller.io notificationchannels: create, update, patch, delete, deletecollection", "x: canarycontroller.io rolloutcommands: create, delete",
                "x: canarycontroller.io rollouts: create, update, patch, delete, deletecollection",
            ],
            Grants(objects.One("ClusterRole", "canary-controller-edit"), "x").Order(StringComparer.Ordinal));
        Assert.Equal(
            ["x: canarycontroller.io freezewindows: create, update, patch, delete, deletecollection", "x: canarycontroller.io rollouts: break-glass"],
            Grants(objects.One("ClusterRole", "canary-controller-freeze"), "x").Order(StringComparer.Ordinal));
        Assert.Null(objects.One("ClusterRole", "canary-controller-edit").Json["metadata"]!["labels"]!["rbac.authorization.k8s.io/aggregate-to-view"]);
    }

    /// <summary>Of the cluster's role: what has a namespace.</summary>
    private static IEnumerable<string> Watches(IReadOnlyList<KubeObject> objects) =>
        Grants(objects.One("ClusterRole", "canary-controller"), Watched).Where(grant => !_clusterGroups.Any(group => grant.StartsWith($"{Watched}: {group}", StringComparison.Ordinal)));

    private static IEnumerable<string> Rows(string scope) => _table.Where(row => row.StartsWith($"{scope}: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Grants(KubeObject role, string scope) =>
        from rule in (JsonArray)role.Json["rules"]!
        from @group in rule["apiGroups"].Texts()
        from resource in rule["resources"].Texts()
        from name in rule["resourceNames"].Texts().DefaultIfEmpty("")
        let what = $"{(@group.Length == 0 ? "core" : @group)} {resource} {name}".TrimEnd()
        select $"{scope}: {what}: {string.Join(", ", rule["verbs"].Texts())}";
}
