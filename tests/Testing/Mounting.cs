using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>Runs commands that only root may run.</summary>
internal static class Mounting
{
    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static void Run(string command, params string[] arguments)
    {
        string[] all = Environment.UserName == "root" ? [command, .. arguments] : ["sudo", command, .. arguments];
        using var process = Process.Start(all[0], all[1..]);
        if (!process.WaitForExit(Eventually.Limit) || process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', all)} failed or hangs; this test needs the right to mount.");
        }
    }
}
