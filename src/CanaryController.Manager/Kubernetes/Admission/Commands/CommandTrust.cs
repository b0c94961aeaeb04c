using System.Security.Cryptography;
using System.Text;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission.Commands;

/// <summary>
/// Whether a RolloutCommand or an Approval counts, and from whom it is. Of commands, what returns traffic to stable or stops it (abort, pause, reject) always counts. With admission configured, everything else needs a
/// valid stamp; without, it counts from an unknown actor, but for approvals, which are worth as much as the approver's name. An Approval counts only with a stamp, a rejection too.
/// </summary>
internal sealed class CommandTrust
{
    /// <summary>How far a stamp's time may be from the command's creation: the clocks of API server and webhook differ.</summary>
    public static readonly TimeSpan MaxSkew = CertificatePlanner.Skew;

    /// <summary>An actor stands in the status many times, and a name may be long.</summary>
    private const int MaxActorChars = 200;
    private const int MaxClaimChars = 200;
    private const int HashChars = 16;

    private const string ApprovalRefusal =
        "nobody vouches for who created it: the controller runs without admission (kubernetes.admission), so an approval, or a broken glass, does not count in this form; send it over the controller's HTTP API, "
        + "where each token has a name";

    private readonly Func<byte[]?>? _key;

    /// <summary>Makes it.</summary>
    /// <param name="admission">Where the stamps' key is; null = no admission.</param>
    public CommandTrust(AdmissionObjects? admission)
        : this(admission is null ? null : () => admission.StampKey)
    {
    }

    /// <summary>Makes it.</summary>
    /// <param name="key">Answers the stamps' key, null when it is not known yet; null = no admission.</param>
    public CommandTrust(Func<byte[]?>? key) => _key = key;

    /// <summary>Judges a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sameStamp">All commands with the same stamp, itself among them.</param>
    public CommandStanding Judge(CommandObject command, IReadOnlyList<CommandObject> sameStamp)
    {
        if (command.Command is not { } asked)
        {
            return new CommandStanding.Refused(command.Refusal ?? "it is no command");
        }

        if (_key is null)
        {
            return asked.Action is RolloutAction.Approve or RolloutAction.BreakGlass || command is ApprovalObject ? new CommandStanding.Refused(ApprovalRefusal) : new CommandStanding.Counts(asked with { Actor = ClaimOf(command) });
        }

        // Asked once: the Secret may go in between, and with no bytes for a key anybody could have made the code.
        var key = _key();
        if (command.Stamp is not null && key is null)
        {
            return CountsUnstamped(command, asked) ? new CommandStanding.Counts(asked with { Actor = ClaimOf(command) }) : CommandStanding.Undecided;
        }

        var problem = WhyUnstamped(command, sameStamp, key);
        return problem is null ? new CommandStanding.Counts(asked with { Actor = ActorOf(command.Stamp!.User), Identity = IdentityOf(command.Stamp) })
            : CountsUnstamped(command, asked) ? new CommandStanding.Counts(asked with { Actor = ClaimOf(command) })
            : new CommandStanding.Refused(
                $"{problem}, so nobody vouches for who asks, and {(command is ApprovalObject ? "an Approval" : asked.Action.ToString())} needs that. Create it again while the webhook answers, or use the controller's HTTP API");
    }

    private static bool CountsUnstamped(CommandObject command, RolloutCommand asked) => command is not ApprovalObject && Lowers(asked.Action);

    /// <summary>Takes traffic from the canary, or lets it not rise.</summary>
    private static bool Lowers(RolloutAction action) => action switch
    {
        RolloutAction.Abort or RolloutAction.Pause or RolloutAction.Reject => true,
        RolloutAction.Start or RolloutAction.Promote or RolloutAction.Resume or RolloutAction.Retry or RolloutAction.Skip or RolloutAction.Undo or RolloutAction.Approve
            or RolloutAction.BreakGlass => false,
    };

    private static string? WhyUnstamped(CommandObject command, IReadOnlyList<CommandObject> sameStamp, byte[]? key)
    {
        if (command.Stamp is not { } stamp)
        {
            return command is ApprovalObject
                ? "it carries no stamp: the admission webhook was not asked when it was created"
                : $"it carries no stamp: the admission webhook was not asked when it was created (it is missing, or the label {Marks.ActionLabel} says another action)";
        }

        if (command.IsMislabelled)
        {
            return $"its label {Marks.ActionLabel} says another action, by which the admission webhook need not have been asked when it was created";
        }

        var meta = command.Meta;
        var named = new StampSubject(command.Kind.Kind, meta.Name.Namespace, meta.Name.Name, false, command.SpecHash);
        var isFor = stamp.IsFor(key, named)
            || (command.GenerateName is { Length: > 0 } prefix && meta.Name.Name.StartsWith(prefix, StringComparison.Ordinal) && stamp.IsFor(key, named with { Name = prefix, IsGenerated = true }));
        if (!isFor)
        {
            return "its stamp is not that of this object: it was copied, or one of the two was changed";
        }

        // A name that is made from generateName is not covered: such a stamp counts for one command only, at its time.
        return (meta.CreatedAt - stamp.Time).Duration() > MaxSkew ? $"its stamp is of another time ({stamp.Time:yyyy-MM-dd'T'HH:mm:ss'Z'})"
            : sameStamp.Any(other => other.Meta.Uid != meta.Uid && IsBefore(other, command)) ? "its stamp is a copy of that of an earlier object"
            : null;
    }

    private static bool IsBefore(CommandObject one, CommandObject other) =>
        (one.Meta.CreatedAt, one.Meta.Name.Name).CompareTo((other.Meta.CreatedAt, other.Meta.Name.Name)) < 0;

    private static ApproverIdentity IdentityOf(CommandStamp stamp) => new(ApproverSource.Kubernetes, stamp.User) { Groups = [.. stamp.Groups] };

    /// <summary>Bounded and on one line; names that this changes stay different.</summary>
    private static string ActorOf(string user)
    {
        var clean = new string([.. user.Where(letter => !char.IsControl(letter))]);
        return clean == user && user.Length is > 0 and <= MaxActorChars
            ? user
            : $"{Cut(clean, MaxActorChars - HashChars - 1)}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)))[..HashChars]}";
    }

    /// <summary>What an object says of its creator is a claim.</summary>
    private static string ClaimOf(CommandObject command) => command.Command!.Actor == RolloutCommandResource.UnknownActor
        ? RolloutCommandResource.UnknownActor
        : $"unknown (says {Cut(new string([.. command.Command.Actor.Where(letter => !char.IsControl(letter))]), MaxClaimChars)})";

    private static string Cut(string text, int longest) => text.Length > longest ? text[..longest] : text;
}

/// <summary>What a command is worth.</summary>
internal abstract record CommandStanding
{
    private CommandStanding()
    {
    }

    /// <summary>Not known yet: it waits.</summary>
    public static CommandStanding Undecided { get; } = new Waits();

    /// <summary>It is carried out.</summary>
    /// <param name="Command">The command, from whom it is.</param>
    public sealed record Counts(RolloutCommand Command) : CommandStanding;

    /// <summary>It is not carried out.</summary>
    /// <param name="Why">Why, without a full stop.</param>
    public sealed record Refused(string Why) : CommandStanding;

    private sealed record Waits : CommandStanding;
}
