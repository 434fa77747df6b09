using System.Reflection;
using System.Threading.Channels;
using StackExchange.Redis;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

/// <summary>Stops an attempt before each of its steps until a test lets it take the step.</summary>
public sealed class StepGate
{
    private readonly Channel<bool> _reached = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _goOn = Channel.CreateUnbounded<bool>();

    /// <summary>Waits until the attempt may take its next step.</summary>
    public async Task PassAsync()
    {
        _reached.Writer.TryWrite(true);
        await _goOn.Reader.ReadAsync();
    }

    /// <summary>Lets an attempt take a step, and waits until it is at the next one or has ended.</summary>
    /// <param name="attempt">The attempt, which is at a step or has ended.</param>
    public async Task StepAsync(Task attempt)
    {
        if (!attempt.IsCompleted)
        {
            _goOn.Writer.TryWrite(true);
            await WaitAsync(attempt);
        }
    }

    /// <summary>Waits until an attempt is at a step or has ended.</summary>
    public Task WaitAsync(Task attempt) => Task.WhenAny(_reached.Reader.ReadAsync().AsTask(), attempt).WaitAsync(Eventually.Limit);

    /// <summary>Puts the gate before each script that is sent to Redis.</summary>
    public IConnectionMultiplexer Before(IConnectionMultiplexer redis)
    {
        var database = DispatchProxy.Create<IDatabase, GatedDatabase>();
        ((GatedDatabase)database).Gate = this;
        ((GatedDatabase)database).Database = redis.GetDatabase();
        var connection = DispatchProxy.Create<IConnectionMultiplexer, GatedConnection>();
        ((GatedConnection)connection).Database = database;
        ((GatedConnection)connection).Connection = redis;
        return connection;
    }

    public class GatedConnection : DispatchProxy
    {
        public IDatabase? Database { get; set; }

        public IConnectionMultiplexer? Connection { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(IDatabase) ? Database : targetMethod.Invoke(Connection, args);
    }

    public class GatedDatabase : DispatchProxy
    {
        internal StepGate? Gate { get; set; }

        internal IDatabase? Database { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(Task<RedisResult>) ? PassAsync(targetMethod, args) : targetMethod.Invoke(Database, args);

        private async Task<RedisResult> PassAsync(MethodInfo method, object?[]? args)
        {
            await Gate!.PassAsync();
            return await (Task<RedisResult>)method.Invoke(Database, args)!;
        }
    }
}

/// <summary>Outputs in memory that stop before each file. Each attempt has the output that it was begun with.</summary>
internal sealed class GatedStore : PartialStore, IOutputStore
{
    private readonly AsyncLocal<Output?> _current = new();

    private int _different;

    /// <summary>The number of times that an attempt offered a file that existed with other bytes.</summary>
    public int Different => Volatile.Read(ref _different);

    /// <summary>Begins an attempt with an output of its own.</summary>
    /// <param name="files">The content of the output, by path.</param>
    /// <param name="gate">The gate at which it stops.</param>
    /// <param name="failure">The file at which it fails, from 1; 0 for none.</param>
    /// <param name="begin">Begins it.</param>
    public async Task BeginAsync(IDictionary<string, byte[]> files, StepGate gate, int failure, Func<Task> begin)
    {
        _current.Value = new Output(files, gate, failure);
        await begin();
    }

    public string LocalFolder => "/";

    public override async Task WriteAsync(string path, ReadOnlyMemory<byte> content)
    {
        var output = _current.Value!;
        await StepAsync(output);
        lock (output.Files)
        {
            Compare(output, path, content);
            output.Files[path] = content.ToArray();
        }
    }

    public override async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content)
    {
        var output = _current.Value!;
        await StepAsync(output);
        lock (output.Files)
        {
            Compare(output, path, content);
            return output.Files.TryAdd(path, content.ToArray());
        }
    }

    public override Task<byte[]> ReadAsync(string path)
    {
        var output = _current.Value!;
        lock (output.Files)
        {
            return Task.FromResult(output.Files[path]);
        }
    }

    private void Compare(Output output, string path, ReadOnlyMemory<byte> content)
    {
        if (output.Files.TryGetValue(path, out var before) && !content.Span.SequenceEqual(before))
        {
            Interlocked.Increment(ref _different);
        }
    }

    private static async Task StepAsync(Output output)
    {
        await output.Gate.PassAsync();
        if (++output.Written == output.Failure)
        {
            throw new IOException("made to fail");
        }
    }

    private sealed record Output(IDictionary<string, byte[]> Files, StepGate Gate, int Failure)
    {
        public int Written { get; set; }
    }
}
