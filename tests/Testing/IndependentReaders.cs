using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>Reads Delta tables with readers that share no code with this project: ClickHouse, of the npm package chdb, and hyparquet with a replay
/// of the log in JavaScript.</summary>
public static class IndependentReaders
{
    private static readonly string Servers = Path.Combine(Repository.Root, "tests", "Servers");

    /// <summary>The rows of a query of ClickHouse, each value as text.</summary>
    public static async Task<IReadOnlyList<string[]>> ClickHouseAsync(string sql) => Rows(await RunAsync(
        "-e", $"process.stdout.write(require('{Servers}/node_modules/chdb').query(process.argv[1], 'TabSeparated'))", sql));

    /// <summary>All rows of a table, as the replay of its log and hyparquet give them, each value as text, in the order of the columns' names.</summary>
    public static async Task<IReadOnlyList<string[]>> ReplayAsync(string table) => Rows(await RunAsync(Path.Combine(Servers, "read-delta.mjs"), table));

    private static string[][] Rows(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t'))];

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var node = Process.Start(new ProcessStartInfo("node", arguments)
        {
            // ClickHouse reads only what is below the folder that it is started in.
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? await output : throw new InvalidOperationException($"node ended with {node.ExitCode}: {await error}");
    }
}
