using System.Diagnostics;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>Runs the silo's executable, for claims about a process: its exit code, its environment, its rights.</summary>
public static class SiloExecutable
{
    private static string Program => typeof(SiloProgram).Assembly.Location;

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code, and what it printed to both outputs.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(
        RedisOptions redis, IEnumerable<(string Name, string Value)> settings, params string[] arguments) =>
        RunAsync(SiloProcess.StartInfo(Program, SiloCommand.SettingsOf(redis, settings), arguments));

    /// <summary>Runs it without root's right to ignore the modes of files.</summary>
    public static Task<(int ExitCode, string Output)> RunUnprivilegedAsync(params string[] arguments) => RunUnprivilegedAsync([], arguments);

    /// <summary>Starts a silo that is to refuse a folder that it may not write.</summary>
    public static Task<(int ExitCode, string Output)> RunSiloUnprivilegedAsync(params (string Name, string Value)[] settings) =>
        RunUnprivilegedAsync(settings, "--until-input-closes");

    private static Task<(int ExitCode, string Output)> RunUnprivilegedAsync((string Name, string Value)[] settings, params string[] arguments)
    {
        var start = SiloProcess.StartInfo(
            Program, settings.Append(("REDIS_PORT", $"{Ports.Free()}")).ToDictionary(setting => setting.Item1, setting => setting.Item2), arguments);
        if (Environment.UserName == "root")
        {
            foreach (var argument in (string[])[start.FileName, "--bounding-set=-dac_override,-dac_read_search"])
            {
                start.ArgumentList.Insert(0, argument);
            }

            start.FileName = "setpriv";
        }

        return RunAsync(start);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        var run = await ProgramRun.RunAsync(start);
        return (run.ExitCode, run.Output + run.Error);
    }
}
