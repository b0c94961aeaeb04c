using System.Globalization;
using System.Text;
using System.Xml;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Analysis;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Gates;

/// <summary>
/// A wait as a JUnit report (the form of Ant's task, which all CI systems read): a test case for the gate itself, one for each step and one for each metric, with the evidence as the failure's text. Pure.
/// </summary>
internal static class JUnitReport
{
    private static readonly XmlWriterSettings _form = new() { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = true };

    /// <summary>The report, with a newline at its end.</summary>
    public static string Of(GateRecord record)
    {
        TestCase[] cases = [Gate(record), .. Steps(record), .. Metrics(record)];
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, _form))
        {
            xml.WriteRaw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            Write(xml, "name", $"{record.Key.Namespace}/{record.Key.Name} {record.Revision}".TrimEnd());
            Write(xml, "tests", Count(cases.Length));
            Write(xml, "failures", Count(cases.Count(each => each.Kind is "failure")));
            Write(xml, "errors", Count(cases.Count(each => each.Kind is "error")));
            Write(xml, "skipped", Count(cases.Count(each => each.Kind is "skipped")));
            Write(xml, "time", Seconds(record.Took));
            Write(xml, "timestamp", record.Began.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            foreach (var each in cases)
            {
                Write(xml, each, $"{record.Key.Namespace}.{record.Key.Name}");
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static TestCase Gate(GateRecord record) => new("gate", $"{record.Question.Goal.Text()} {record.Revision}".TrimEnd(), record.Took)
    {
        Kind = record.Exit switch
        {
            ExitCode.Done => null,
            ExitCode.Rejected or ExitCode.Superseded or ExitCode.TimedOut => "failure",
            ExitCode.Usage or ExitCode.NotFound or ExitCode.Unreachable or ExitCode.Forbidden or ExitCode.Interrupted or ExitCode.Terminated => "error",
        },
        Type = record.Last?.Reason?.ToString() ?? record.Exit.ToString(),
        Message = record.Ending,
        Text = record.Message,
    };

    private static IEnumerable<TestCase> Steps(GateRecord record) => (record.View?.Steps ?? []).Select(step => new TestCase("step", GateText.Step(step), GateText.TimeAt(step, record.Transitions))
    {
        Kind = step.Status switch
        {
            StepStatus.Done => null,
            StepStatus.Failed => "failure",
            StepStatus.Active or StepStatus.Pending => "skipped",
        },
        Type = record.Last?.Reason?.ToString() ?? "",
        Message = step.Status switch
        {
            StepStatus.Done => "",
            StepStatus.Failed => "It ended at this step.",
            StepStatus.Active => "It was at this step when the wait ended.",
            StepStatus.Pending => "It did not come to this step.",
        },
        Text = step.Status is StepStatus.Failed ? record.Message : "",
    });

    private static IEnumerable<TestCase> Metrics(GateRecord record) => (record.View?.Metrics ?? []).Select(metric => new TestCase("metric", $"{metric.Name} {metric.Threshold}", TimeSpan.Zero)
    {
        Kind = metric.Verdict switch
        {
            Verdict.Failed => "failure",
            Verdict.Passed => null,
            Verdict.ProviderError => "error",
            Verdict.Inconclusive or Verdict.NoData or Verdict.BelowMinRequests or null => "skipped",
        },
        Type = metric.Verdict?.ToString() ?? "",
        Message = metric.Verdict is Verdict.Failed or Verdict.ProviderError ? GateText.Value(metric) : metric.Message,
        Text = metric.Message,
        Output = $"{GateText.Value(metric)}\n{metric.Message}",
    });

    private static void Write(XmlWriter xml, TestCase test, string rollout)
    {
        xml.WriteStartElement("testcase");
        Write(xml, "classname", $"{rollout}.{test.Group}");
        Write(xml, "name", test.Name);
        Write(xml, "time", Seconds(test.Took));
        if (test.Kind is { } kind)
        {
            xml.WriteStartElement(kind);
            Write(xml, "message", test.Message);
            if (kind is not "skipped")
            {
                Write(xml, "type", test.Type);
                xml.WriteString(Allowed(test.Text));
            }

            xml.WriteEndElement();
        }

        if (test.Output.Length > 0)
        {
            xml.WriteElementString("system-out", Allowed(test.Output));
        }

        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string attribute, string value) => xml.WriteAttributeString(attribute, Allowed(value));

    /// <summary>What XML 1.0 cannot hold becomes a question mark: half of a surrogate pair, and control characters.</summary>
    private static string Allowed(string text) => text.EnumerateRunes().Aggregate(
        new StringBuilder(text.Length),
        (built, rune) => rune == Rune.ReplacementChar || (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) ? built.Append('?') : built.Append(rune.ToString())).ToString();

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>One test case.</summary>
    private sealed record TestCase(string Group, string Name, TimeSpan Took)
    {
        /// <summary><c>failure</c>, <c>error</c> or <c>skipped</c>; null = passed.</summary>
        public string? Kind { get; init; }

        public string Type { get; init; } = "";

        public string Message { get; init; } = "";

        public string Text { get; init; } = "";

        public string Output { get; init; } = "";
    }
}
