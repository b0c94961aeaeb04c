using System.Diagnostics;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>Sends signals to processes.</summary>
internal static class Signals
{
    /// <summary>Sends <paramref name="signal"/>, like <c>STOP</c>.</summary>
    public static void Send(int processId, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", signal, $"{processId}"]);
        kill.WaitForExit();
    }
}
