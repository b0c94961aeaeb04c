using System.Globalization;

namespace CanaryController.Benchmarks.Running;

/// <summary>What a process uses, as the kernel counts it.</summary>
internal static class ProcessFigures
{
    /// <summary>Seconds of CPU since its start, to the hundredth.</summary>
    public static double CpuSeconds(int id)
    {
        // After the program's name in parentheses come the state and, as 12th and 13th, user and system time in hundredths of a second (proc(5)).
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    /// <summary>Its resident memory.</summary>
    public static double Megabytes(int id) =>
        long.Parse(File.ReadAllText($"/proc/{id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * 4096.0 / (1 << 20);

    /// <summary>How many programs wanted to run at once in the last minute, on average (proc(5), loadavg).</summary>
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>The most resident memory that it had.</summary>
    public static double PeakMegabytes(int id)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024.0;
    }
}
