namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>Who holds a token, in the words of the API server. All of it is told when asking what its holder may do: each part can decide.</summary>
/// <param name="Name">The user name, like <c>system:serviceaccount:ci:release</c>; never empty.</param>
/// <param name="Uid">Tells users of one name apart; may be empty.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Extra">What else the authenticator says, like the pod that a token is bound to.</param>
internal sealed record ClusterIdentity(string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Extra);
