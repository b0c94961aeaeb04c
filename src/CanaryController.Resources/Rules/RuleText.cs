using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using FluentValidation;
using FluentValidation.Results;

namespace CanaryController.Resources.Rules;

/// <summary>Every rule says what is wrong and what to write instead.</summary>
internal static class RuleText
{
    /// <summary>The code of rules that say that something is missing.</summary>
    public const string Absence = "Absence";

    private const int MaxMessage = 300;

    /// <summary>What is wrong, and the fix.</summary>
    public static IRuleBuilderOptions<T, TProperty> Says<T, TProperty>(this IRuleBuilderOptions<T, TProperty> rule, Func<TProperty, string> message, string fix) =>
        rule.WithMessage((_, value) => message(value)).WithState(_ => fix);

    /// <summary>What is wrong, and the fix.</summary>
    public static IRuleBuilderOptions<T, TProperty> Says<T, TProperty>(this IRuleBuilderOptions<T, TProperty> rule, string message, string fix) =>
        rule.WithMessage(message).WithState(_ => fix);

    /// <summary>The text must be there.</summary>
    public static IRuleBuilderOptions<T, string> IsThere<T>(this IRuleBuilder<T, string> rule, string fix) =>
        rule.NotEmpty().Says("the field is required", fix).WithErrorCode(Absence);

    /// <summary>The text, when it is there, must be a DNS label (RFC 1123): it becomes part of names elsewhere.</summary>
    public static IRuleBuilderOptions<T, string?> IsDnsLabel<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => string.IsNullOrEmpty(text) || Names.IsDnsLabel(text))
            .Says(text => $"{text} is not a DNS label", "use at most 63 of a-z, 0-9 and -, with a letter or digit at both ends");

    /// <summary>The text, when it is there, must be a DNS subdomain (RFC 1123), as most names of Kubernetes' objects are.</summary>
    public static IRuleBuilderOptions<T, string> IsDnsSubdomain<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(text => text.Length == 0 || Names.IsDnsSubdomain(text))
            .Says(text => $"{text} is not a DNS subdomain", "use at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends");

    /// <summary>A rule over several fields is broken at <paramref name="path"/>, which goes on from the part that is checked.</summary>
    public static void Problem<T>(this ValidationContext<T> context, string path, string message, string fix, Severity severity = Severity.Error, bool isAbsence = false) =>
        context.AddFailure(new ValidationFailure(context.PropertyChain.BuildPropertyPath(path), message)
        {
            CustomState = fix,
            Severity = severity,
            ErrorCode = isAbsence ? Absence : null,
        });

    /// <summary>The failure as a problem without a place.</summary>
    public static FieldProblem ToProblem(this ValidationFailure failure) => new(
        FieldPath(failure.PropertyName),
        failure.AttemptedValue as string,
        Readable(failure.ErrorMessage),
        failure.CustomState as string,
        Severity: failure.Severity is Severity.Error ? ProblemSeverity.Error : ProblemSeverity.Warning);

    /// <summary>A message quotes what people wrote: one line, and not a long one.</summary>
    private static string Readable(string message)
    {
        var line = TextGuard.Clean(message.ReplaceLineEndings(" "));
        return line.Length > MaxMessage ? line[..MaxMessage] + "…" : line;
    }

    /// <summary><c>Spec.Steps[0].Weight</c> as it is written: <c>spec.steps[0].weight</c>.</summary>
    private static string FieldPath(string propertyName) =>
        string.Join('.', propertyName.Split('.').Where(part => part.Length > 0).Select(part => char.ToLowerInvariant(part[0]) + part[1..]));
}
