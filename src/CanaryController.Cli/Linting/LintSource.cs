using System.Text;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Linting;

/// <summary>A text to check.</summary>
/// <param name="Name">The file as it was named, <c>(stdin)</c> for standard input.</param>
/// <param name="Text">What stands in it.</param>
internal sealed record LintSource(string Name, string Text)
{
    /// <summary>How many files one run reads.</summary>
    public const int MaxFiles = 10_000;

    private const int MaxCharacters = 16 << 20;

    private static readonly string[] _extensions = [".yaml", ".yml", ".json"];

    /// <summary>Reads what the command line names: files, folders with all below them, <c>-</c> for standard input.</summary>
    /// <exception cref="CliException">One cannot be read, or a folder holds nothing to check.</exception>
    public static IEnumerable<LintSource> Read(IEnumerable<string> names, TextReader input)
    {
        var count = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name == "-")
            {
                yield return new LintSource("(stdin)", ReadAll(input, "standard input"));
                continue;
            }

            // A file that is named twice, by itself and by its folder, does not stand in its own way.
            foreach (var file in (Directory.Exists(name) ? Below(name) : [name]).Where(file => seen.Add(Path.GetFullPath(file))))
            {
                yield return ++count <= MaxFiles
                    ? new LintSource(file, ReadFile(file))
                    : throw new CliException(ExitCode.Usage, $"More than {MaxFiles} files: name the folders that hold Rollouts.");
            }
        }
    }

    /// <summary>Folders that begin with a dot (<c>.git</c>, and what Kubernetes makes for mounted files) are left out.</summary>
    private static string[] Below(string folder)
    {
        try
        {
            string[] files =
            [
                .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(file => _extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                    .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.')))
                    .Order(StringComparer.Ordinal),
            ];
            return files.Length > 0 ? files : throw new CliException(ExitCode.Usage, $"There is no .yaml, .yml or .json file in {folder} or below.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read the folder {folder}: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Up to a limit: a device or a pipe may never end.</summary>
    private static string ReadAll(TextReader reader, string name)
    {
        var text = new StringBuilder();
        var block = new char[1 << 16];
        while (reader.ReadBlock(block) is > 0 and var read)
        {
            text.Append(block, 0, read);
            if (text.Length > MaxCharacters)
            {
                throw new CliException(ExitCode.Usage, $"{name} has more than {MaxCharacters >> 20} million characters: no Rollout has.");
            }
        }

        return text.ToString();
    }

    private static string ReadFile(string file)
    {
        try
        {
            using var text = new StreamReader(file);
            return ReadAll(text, file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {unreadable.Message}", unreadable);
        }
    }
}
