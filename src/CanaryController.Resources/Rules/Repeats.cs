using CanaryController.Core;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rule that names in a list do not repeat.</summary>
internal static class Repeats
{
    /// <summary>Reports each name that stood before.</summary>
    public static void Check<T>(EquatableArray<string> names, string list, string what, ValidationContext<T> context)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < names.Count; index++)
        {
            if (names[index].Length > 0 && !first.TryAdd(names[index], index))
            {
                context.Problem($"{list}[{index}]", $"{what} {names[index]} stands twice", "keep one of them");
            }
        }
    }
}
