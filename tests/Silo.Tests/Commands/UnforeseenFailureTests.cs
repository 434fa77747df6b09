using System.CommandLine;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Settings;
using Superhero.Silo.Commands;

namespace Superhero.Silo.Tests.Commands;

public class UnforeseenFailureTests
{
    public static TheoryData<Exception, int, string> Failures => new()
    {
        { new SettingException("X", "y", "z"), 2, "X: 'y' is not allowed; set it to z." },
        { new OptionsValidationException("", typeof(string), ["one", "two"]), 2, "one\ntwo" },
        { new IOException("The disk\nis full."), 1, "The disk is full." },
        { new UnauthorizedAccessException("Denied."), 1, "Denied." },
        { new RedisConnectionException(ConnectionFailureType.UnableToConnect, CommandFlags.None, "No Redis."), 1, "No Redis." },
        { new RedisServerException(RedisErrorKind.OutOfMemory, CommandFlags.None, "OOM"), 1, "OOM" },
        { new TimeoutException("Too late."), 1, "Too late." },
        { new SocketException(111), 1, "Connection refused" },
        { new OperationCanceledException(), 1, "Stopped before the end." },
        { new AggregateException(new IOException("a"), new TimeoutException("b")), 1, "(a) (b)" },
        { new InvalidOperationException("A \u001b[31mbug."), 1, "It failed in a way that nobody foresaw, InvalidOperationException: A ?[31mbug. Set SUPERHERO_STACK=1 to see where, and report it." },
        { new FileNotFoundException("Assembly X could not be found."), 1, "Assembly X could not be found." },
        { new ArgumentNullException("x"), 1, "ArgumentNullException" },
        { new TypeInitializationException("X", new DllNotFoundException("libx")), 1, "TypeInitializationException" },
        { new BadImageFormatException("bad"), 1, "BadImageFormatException" },
        { new InsufficientMemoryException("No memory."), 1, "No memory." },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Any_exception_of_a_command_becomes_one_line_and_an_exit_code(Exception failure, int exitCode, string line)
    {
        var root = new RootCommand("test");
        root.SetAction(Throw);
        using var printed = new StringWriter();
        using var context = new CommandContext(new ConfigurationBuilder().Build(), TextWriter.Null, printed);
        Assert.Equal(exitCode, await root.RunAsync([], context, TestContext.Current.CancellationToken));

        Assert.Contains(line, $"{printed}", StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", $"{printed}", StringComparison.Ordinal);

        Task<int> Throw(ParseResult arguments, CancellationToken cancellationToken) => Task.FromException<int>(failure);
    }
}
