using System.CommandLine;
using System.Globalization;
using Superhero.Tables.Output;
using Superhero.Tables.Verify;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the verification.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandContext context)
    {
        var output = OutputOption.Create(context);
        var allowEmpty = new Option<bool>("--allow-empty") { Description = "Find nothing wrong with tables that have no games." };
        var command = new Command(
            "verify", "Looks at every file of the tables. The exit code is 1 where something is wrong, with a line for each problem.")
        {
            output, allowEmpty,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(context, context.Store(arguments, output), arguments.GetValue(allowEmpty), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IOutputStore store, bool allowEmpty, CancellationToken cancellationToken)
    {
        var verification = await Progress.ShowAsync(context, "verifying", async report =>
        {
            var running = new Verification(
                store,
                problem => context.Out.WriteLine(Terminal.StripControlCharacters(problem)),
                files => report(string.Create(CultureInfo.InvariantCulture, $"file {files:N0}")));
            await running.RunAsync(cancellationToken);
            return running;
        });
        if (verification is { Files: 0, Problems: 0 } && !allowEmpty)
        {
            context.Out.WriteLine($"There are no games in {store}; name the place of the tables with --output, or allow it with --allow-empty.");
            return 1;
        }

        var unreferenced = verification.Unreferenced == 0 ? "" : $", parts that the log does not name: {verification.Unreferenced}";
        context.Out.WriteLine(verification.Problems == 0
            ? $"Games: {verification.Games}, files: {verification.Files}{unreferenced}; all is well."
            : $"Games: {verification.Games}, files: {verification.Files}{unreferenced}, problems: {verification.Problems}.");
        return verification.Problems == 0 ? 0 : 1;
    }
}
