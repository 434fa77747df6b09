using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Grains.Logging;
using Superhero.Silo.Hosting;

namespace Superhero.Silo.Commands;

/// <summary>The silo's commands: a silo where none is named, and those that look after games and tables.</summary>
public static class SiloCommandLine
{
    private const string StackVariable = "SUPERHERO_STACK";

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="compose">Says what a silo consists of.</param>
    /// <param name="context">The surroundings; null for those of this process.</param>
    /// <param name="cancellationToken">Stops the command as SIGTERM does.</param>
    /// <returns>The exit code: 0 for success, 2 for a setting that is not allowed, 1 for anything else.</returns>
    public static Task<int> RunAsync(
        string[] args,
        Action<WebApplicationBuilder, IConfiguration> compose,
        CommandContext? context = null,
        CancellationToken cancellationToken = default)
    {
        context ??= CommandContext.OfProcess();
        var parented = new Option<bool>("--until-input-closes") { Hidden = true };
        var root = new RootCommand($"""
            Superhero Orleans: turns each finished game into two Parquet files, exactly once, however many silos run.
            Without a command it runs a silo, configured by environment variables (their defaults behind the equals sign):

            {SiloSettings.All.Help()}
            """)
        {
            parented,
        };
        root.Subcommands.Add(QuarantineCommand.Create(context));
        root.Subcommands.Add(GamesCommand.Create(context));
        root.Subcommands.Add(ReportCommand.Create(context));
        root.Subcommands.Add(VerifyCommand.Create(context));
        root.Subcommands.Add(CompactCommand.Create(context));
        root.SetAction((arguments, cancellationToken) => SiloProgram.RunAsync(compose, context, arguments.GetValue(parented), cancellationToken));
        return root.RunAsync(args, context, cancellationToken);
    }

    /// <summary>Runs the command that the arguments name, and says in a line what a user has done wrong.</summary>
    /// <returns>The exit code, as above.</returns>
    public static async Task<int> RunAsync(
        this RootCommand root, string[] args, CommandContext? context = null, CancellationToken cancellationToken = default)
    {
        context ??= CommandContext.OfProcess();
        try
        {
            // A silo that is told to stop takes the time that its games need; the host sees to that.
            return await root.Parse(args).InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                    Output = context.Out,
                    Error = context.Error,
                },
                cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            await context.Error.WriteLineAsync(string.Join('\n', exception.Failures.Select(Terminal.StripControlCharacters)));
            return 2;
        }
        catch (OperationCanceledException)
        {
            await context.Error.WriteLineAsync("Stopped before the end.");
            return 1;
        }
        catch (Exception exception) when (exception.Unexpected() is null)
        {
            await context.Error.WriteLineAsync(Terminal.StripControlCharacters(exception.Reason()));
            return 1;
        }
        catch (Exception exception)
        {
            // A bug; its stack is for those who look for it.
            await context.Error.WriteLineAsync(Environment.GetEnvironmentVariable(StackVariable) is { Length: > 0 }
                ? $"{exception}"
                : Terminal.StripControlCharacters(
                    $"It failed in a way that nobody foresaw, {exception.GetType().Name}: {exception.Reason()} Set {StackVariable}=1 to see where, and report it."));
            return 1;
        }
    }
}
