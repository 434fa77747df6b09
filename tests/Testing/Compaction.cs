using Superhero.Tables.Compact;
using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Testing;

/// <summary>Compacts the games of an output, as the cluster and the command do.</summary>
public static class Compaction
{
    /// <summary>How long replaced parts are kept, if a test does not choose it.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(1);

    /// <summary>Imports old parts, compacts the games that ended in a period, and does the maintenance.</summary>
    /// <returns>How many problems there were, and what was reported.</returns>
    public static async Task<(int Problems, List<string> Said)> RunAsync(
        IOutputStore store, Period? period = null, TimeProvider? clock = null, TimeSpan? retention = null)
    {
        List<string> said = [];
        var compactor = new Compactor(store, retention ?? Retention, said.Add, said.Add, clock ?? TimeProvider.System);
        await compactor.RunAsync(period ?? Period.Always, maintain: true, CancellationToken.None);
        return (compactor.Problems, said);
    }

    /// <summary>The paths of the parts that the newest snapshot of a table names, by path.</summary>
    public static async Task<IReadOnlyList<string>> PartsAsync(IOutputStore store, TableSchema schema)
    {
        var table = new DeltaTable(store, schema);
        return [.. (await table.Log.ReadAsync()).Files.Select(file => table.StoredFileOf(file).Path).Order(StringComparer.Ordinal)];
    }
}
