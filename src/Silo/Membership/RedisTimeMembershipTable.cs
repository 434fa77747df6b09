using Orleans.Serialization;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Silo.Membership;

/// <summary>The membership table, in which all times are Redis'. Orleans reads and writes this machine's.</summary>
/// <remarks>Orleans compares what other silos wrote into the table with its own clock. A silo with its clock 10 seconds ahead would take
/// all others for dead, evict them by its own vote, and one with its clock minutes behind could not join. Here each silo writes what Redis'
/// clock shows, and translates what it reads into its own.</remarks>
public sealed class RedisTimeMembershipTable(IMembershipTable table, IConnectionMultiplexer redis, MembershipLock statusLock, SteadyClock clock, DeepCopier<MembershipEntry> copier)
    : IMembershipTable
{
    /// <inheritdoc />
    public Task InitializeMembershipTable(bool tryInitTableVersion) => table.InitializeMembershipTableAsync(tryInitTableVersion);

    /// <inheritdoc />
    public Task DeleteMembershipTableEntries(string clusterId) => table.DeleteMembershipTableEntriesAsync(clusterId);

    /// <inheritdoc />
    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        await table.CleanupDefunctSiloEntriesAsync(beforeDate + (await redis.TimeAsync() - clock.GetUtcNow()));

    /// <inheritdoc />
    public async Task<MembershipTableData> ReadRow(SiloAddress key) => await TranslateAsync(table.ReadRowAsync(key));

    /// <inheritdoc />
    public async Task<MembershipTableData> ReadAll() => await TranslateAsync(table.ReadAllAsync());

    /// <inheritdoc />
    public async Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        var row = await TranslateAsync(entry);
        try
        {
            return await table.InsertRowAsync(row, tableVersion);
        }
        finally
        {
            statusLock.Release();
        }
    }

    /// <inheritdoc />
    public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        var row = await TranslateAsync(entry);
        try
        {
            return await table.UpdateRowAsync(row, etag, tableVersion);
        }
        finally
        {
            statusLock.Release();
        }
    }

    /// <inheritdoc />
    public async Task UpdateIAmAlive(MembershipEntry entry) => await table.UpdateIAmAliveAsync(await TranslateAsync(entry));

    // Orleans reads the machine's clock here, and no TimeProvider.
    private async Task<TimeSpan> AheadAsync() => await redis.TimeAsync() - clock.MachineTime;

    private async Task<MembershipTableData> TranslateAsync(Task<MembershipTableData> reading)
    {
        var ahead = await AheadAsync();
        var data = await reading;
        foreach (var (entry, _) in data.Members)
        {
            Shift(entry, -ahead);
        }

        return data;
    }

    private async Task<MembershipEntry> TranslateAsync(MembershipEntry entry)
    {
        var row = copier.Copy(entry);
        Shift(row, await AheadAsync());
        return row;
    }

    private static void Shift(MembershipEntry entry, TimeSpan by)
    {
        entry.StartTime = Shift(entry.StartTime, by);
        entry.IAmAliveTime = Shift(entry.IAmAliveTime, by);
        entry.SuspectTimes = entry.SuspectTimes?.ConvertAll(vote => Tuple.Create(vote.Item1, Shift(vote.Item2, by)));
    }

    private static DateTime Shift(DateTime time, TimeSpan by) => time == default ? time : time + by;
}
