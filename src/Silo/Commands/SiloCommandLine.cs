using System.CommandLine;
using Superhero.Settings;
using Superhero.Silo.Hosting;

namespace Superhero.Silo.Commands;

/// <summary>The silo's commands: a silo where none is named, and those that look after games and tables.</summary>
public static class SiloCommandLine
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>The exit code: 0 for success, 2 for a setting that is not allowed, 1 for anything else.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parented = new Option<bool>("--until-input-closes") { Hidden = true };
        var root = new RootCommand(SiloOptions.Help) { parented };
        root.Subcommands.Add(QuarantineCommand.Create());
        root.Subcommands.Add(GamesCommand.Create());
        root.Subcommands.Add(ReportCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(CompactCommand.Create());
        root.SetAction((arguments, cancellationToken) =>
            SiloProgram.RunAsync(SiloOptions.From(EnvironmentSettings.FromEnvironment()), arguments.GetValue(parented), cancellationToken));
        try
        {
            // A silo that is told to stop takes the time that its games need; the host sees to that.
            return await root.Parse(args).InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception) when (exception is SettingException or IOException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return exception is SettingException ? 2 : 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
            return 1;
        }
    }
}
