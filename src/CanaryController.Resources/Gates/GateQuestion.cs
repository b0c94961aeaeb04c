using CanaryController.Resources.Api;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Gates;

/// <summary>What is asked at a gate.</summary>
/// <param name="Goal">Where the rollout is waited for.</param>
/// <param name="Revision">A revision's name, or an image of its pods as the template names it; null = the revision that is asked for last.</param>
public sealed record GateQuestion(GateGoal Goal, string? Revision = null)
{
    /// <summary>The longest revision or image: what a registry takes is shorter.</summary>
    public const int MaxRevisionChars = 512;

    /// <summary>The revision was asked for at some time, as an answer before said.</summary>
    public bool Known { get; init; }

    /// <summary>The same question after an answer: about the revision that was found, and with what is known of it.</summary>
    public GateQuestion After(GateView? answer) => answer is null ? this : this with { Revision = answer.Revision ?? Revision, Known = answer.Known };

    /// <summary>It can only be an image: no revision's name has such letters.</summary>
    public bool IsImage => Revision is { } text && HasLettersOfImages(text);

    /// <summary>Whether a text can be a revision's name or an image: one that cannot would be waited for in vain.</summary>
    public static bool IsRevision(string text) =>
        text.Length is > 0 and <= MaxRevisionChars && (Names.IsVersion(text) || (HasLettersOfImages(text) && text.All(letter => letter is > ' ' and <= '~')));

    private static bool HasLettersOfImages(string text) => text.AsSpan().IndexOfAny('/', ':', '@') >= 0;
}

/// <summary>A revision that is asked for, and the images of its pods.</summary>
/// <param name="Revision">Which.</param>
/// <param name="Images">As the template names them; none where somebody else runs the versions.</param>
public sealed record AskedRevision(string Revision, IReadOnlyList<string> Images);
