using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Linting;

/// <summary>A text to check.</summary>
/// <param name="Name">The file as it was named, <c>(stdin)</c> for standard input.</param>
/// <param name="Text">What stands in it.</param>
internal sealed record LintSource(string Name, string Text)
{
    /// <summary>How many files one run reads.</summary>
    public const int MaxFiles = 10_000;

    private const long MaxBytes = 16 << 20;

    private static readonly string[] _extensions = [".yaml", ".yml", ".json"];

    /// <summary>Reads what the command line names: files, folders with all below them, <c>-</c> for standard input.</summary>
    /// <exception cref="CliException">One cannot be read, or a folder holds nothing to check.</exception>
    public static IEnumerable<LintSource> Read(IEnumerable<string> names, TextReader input)
    {
        var count = 0;
        foreach (var name in names)
        {
            if (name == "-")
            {
                yield return new LintSource("(stdin)", input.ReadToEnd());
                continue;
            }

            foreach (var file in Directory.Exists(name) ? Below(name) : [name])
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

    private static string ReadFile(string file)
    {
        try
        {
            return new FileInfo(file).Length <= MaxBytes
                ? File.ReadAllText(file)
                : throw new CliException(ExitCode.Usage, $"{file} is larger than {MaxBytes >> 20} MB: no Rollout is.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {unreadable.Message}", unreadable);
        }
    }
}
