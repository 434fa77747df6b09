using System.CommandLine;
using Superhero.Tables.Verify;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the verification.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var output = OutputOption.Create();
        var command = new Command(
            "verify", "Looks at every file of the tables. The exit code is 1 where something is wrong, with a line for each problem.")
        {
            output,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var tables = await arguments.TablesAsync(output, cancellationToken);
            return Run(tables.Folder);
        });
        return command;
    }

    private static int Run(string output)
    {
        var verification = FileProgress.Show("verifying", report =>
        {
            var running = new Verification(output, report);
            running.Run();
            return running;
        });
        foreach (var problem in verification.Problems)
        {
            Console.WriteLine(problem);
        }

        Console.WriteLine(verification.Problems.Count == 0
            ? $"Games: {verification.Games}, files: {verification.Files}; all is well."
            : $"Games: {verification.Games}, files: {verification.Files}, problems: {verification.Problems.Count}.");
        return verification.Problems.Count == 0 ? 0 : 1;
    }
}
