using System.Net;
using System.Text;
using System.Text.Json;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Controller;

/// <summary>Words for what can go wrong with a request: what, where, and what to do.</summary>
internal static class Failure
{
    /// <summary>Nobody answered.</summary>
    public static CliException NoAnswer(ConnectionSettings settings, string why, HttpMethod method, Exception inner)
    {
        var unsure = method == HttpMethod.Get ? "" : " The command may have been carried out all the same: look with 'get' before you repeat it.";
        return new CliException(
            ExitCode.Unreachable,
            $"Cannot reach the controller at {settings} ({Origin(settings)}): {why.TrimEnd('.')}. Check that it runs, or name another address with --url or CANARY_URL. To ask a Kubernetes cluster instead, give --kubeconfig or --context.{unsure}",
            inner);
    }

    /// <summary>Somebody else answered.</summary>
    public static CliException NotAController(ConnectionSettings settings, Exception? inner) =>
        new(ExitCode.Unreachable, $"What answers at {settings} ({Origin(settings)}) does not speak the controller's API. Check the address in --url or CANARY_URL.", inner);

    /// <summary>The controller said no.</summary>
    public static CliException Answered(ConnectionSettings settings, HttpStatusCode status, string body)
    {
        var problem = Read(body);
        var says = problem is null ? "" : " " + Sentence(problem);
        return status switch
        {
            HttpStatusCode.Unauthorized => new(
                ExitCode.Forbidden,
                settings.Token is null
                    ? $"The controller at {settings} wants a token. Give the file that holds yours with --token-file or CANARY_TOKEN_FILE.{says}"
                    : $"The controller at {settings} does not know this token. Check the file in --token-file or CANARY_TOKEN_FILE.{says}"),
            HttpStatusCode.Forbidden => new(
                ExitCode.Forbidden,
                $"The controller at {settings} does not allow this.{says} Ask its operator for it."),
            // Of a rollout the client says so itself, with names that are near.
            HttpStatusCode.NotFound when problem is not null => new(ExitCode.NotFound, Sentence(problem)),
            HttpStatusCode.Conflict => new(ExitCode.Rejected, problem is null ? "The controller rejected the command." : Sentence(problem)),
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge when problem is not null => new(ExitCode.Usage, Sentence(problem)),
            _ when problem is not null => new(ExitCode.Unreachable, $"The controller at {settings} answered {(int)status}.{says}"),
            _ => NotAController(settings, null),
        };
    }

    /// <summary>No such rollout; names that are near.</summary>
    public static CliException NotFound(ConnectionSettings settings, RolloutKey key, IReadOnlyList<RolloutKey> known)
    {
        var hint = Hint(key, known, "The controller has none at all: check its folder of Rollout files.");
        return new CliException(ExitCode.NotFound, $"There is no rollout '{key.Name}' in the namespace '{key.Namespace}' at {settings}. {hint}");
    }

    /// <summary>What may have been meant.</summary>
    /// <param name="key">What was asked for.</param>
    /// <param name="known">What there is.</param>
    /// <param name="none">What to say when there is nothing.</param>
    public static string Hint(RolloutKey key, IReadOnlyList<RolloutKey> known, string none)
    {
        var near = NearNames.Of(key, known);
        return (near.Count, known.Count) switch
        {
            ( > 0, _) => $"Did you mean {string.Join(", ", near.Select(name => name.Namespace == key.Namespace ? name.Name : $"{name.Name} -n {name.Namespace}"))}?",
            (0, 0) => none,
            _ => "'get -A' lists all that there are.",
        };
    }

    /// <summary>A sentence, and below it what is wrong field by field.</summary>
    public static string WithProblems(string sentence, IEnumerable<FieldProblem> problems)
    {
        var text = new StringBuilder(sentence);
        foreach (var problem in problems)
        {
            var fix = problem.Fix is { } what ? $" Fix: {what}" : "";
            text.Append("\n  ").Append(Humanize.OneLine($"{problem.Path}: {problem.Message}{fix}"));
        }

        return text.ToString();
    }

    private static string Origin(ConnectionSettings settings) => $"from {settings.UrlSource}";

    private static string Sentence(ApiProblem problem) => WithProblems(Humanize.OneLine(problem.Detail ?? problem.Title), problem.Errors);

    private static ApiProblem? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Default.ApiProblem);
        }
        catch (JsonException)
        {
            // Not one of ours: a proxy's page, for example. The caller says so by the status.
            return null;
        }
    }
}
