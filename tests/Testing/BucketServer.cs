using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>A server of object storage on loopback, with an empty bucket.</summary>
public sealed class BucketServer : IAsyncDisposable
{
    private const string Bucket = "season";

    // The account that the emulator of Azure's storage always has.
    private const string Account = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port;
    private readonly string[] _command;
    private Process _process = null!;
    private ConditionalPuts? _conditional;

    private BucketServer(int port, string uri, string[] command, params (string Name, string Value)[] variables)
    {
        _port = port;
        Uri = uri;
        Variables = variables;
        _command = [.. command.Select(argument => argument.Replace("{folder}", _folder.Path, StringComparison.Ordinal))];
    }

    /// <summary>OUTPUT_URI.</summary>
    public string Uri { get; }

    /// <summary>The variables that name the service and its credentials.</summary>
    public (string Name, string Value)[] Variables { get; private set; }

    /// <summary>What honours the condition of a request in the server's place, if it does not.</summary>
    public ConditionalPuts? Conditional => _conditional;

    private static string Modules => Path.Combine(Repository.Root, "tests", "Servers", "node_modules");

    /// <summary>Starts a server of one of the kinds: s3, s3-ignoring, which ignores the condition <c>If-None-Match</c>, or az.</summary>
    public static async Task<BucketServer> StartAsync(string kind)
    {
        var port = Ports.Free();
        var text = port.ToString(CultureInfo.InvariantCulture);
        if (kind is "s3" or "s3-ignoring")
        {
            var s3 = new BucketServer(
                port,
                $"s3://{Bucket}/of/games",
                [Path.Combine("s3rver", "bin", "s3rver.js"), "-d", "{folder}", "-a", "127.0.0.1", "-p", text, "--silent", "--configure-bucket", Bucket],
                ("AWS_ENDPOINT_URL", $"http://127.0.0.1:{port}"), ("AWS_ACCESS_KEY_ID", "S3RVER"), ("AWS_SECRET_ACCESS_KEY", "S3RVER"));
            await s3.LaunchAsync();
            if (kind == "s3")
            {
                s3._conditional = ConditionalPuts.Start(new Uri($"http://127.0.0.1:{port}"));
                s3.Variables = [("AWS_ENDPOINT_URL", s3._conditional.Address), .. s3.Variables[1..]];
            }

            return s3;
        }

        var connection = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint=http://127.0.0.1:{port}/{Account};";
        var azure = new BucketServer(
            port,
            $"az://{Bucket}/of/games",
            [
                Path.Combine("azurite", "dist", "src", "blob", "main.js"), "--blobHost", "127.0.0.1", "--blobPort", text,
                "--location", "{folder}", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            ],
            ("AZURE_STORAGE_CONNECTION_STRING", connection));
        await azure.LaunchAsync();
        await new BlobContainerClient(connection, Bucket).CreateAsync();
        return azure;
    }

    /// <summary>Opens the bucket.</summary>
    /// <param name="folder">A folder below <see cref="Uri"/>, for a test that shares the server; null for none.</param>
    public IOutputStore Open(string? folder = null)
    {
        var variables = Variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        var stores = new OutputStores(
            Options.Create(new OutputOptions()),
            Options.Create(new S3Options
            {
                Endpoint = variables.GetValueOrDefault("AWS_ENDPOINT_URL"),
                AccessKeyId = variables.GetValueOrDefault("AWS_ACCESS_KEY_ID"),
                SecretAccessKey = variables.GetValueOrDefault("AWS_SECRET_ACCESS_KEY"),
            }),
            Options.Create(new AzureOptions { ConnectionString = variables.GetValueOrDefault("AZURE_STORAGE_CONNECTION_STRING") }),
            NullLogger<LocalOutputStore>.Instance);
        return stores.Open(folder is null ? Uri : $"{Uri}/{folder}");
    }

    /// <summary>Lets the process shut down, because Azurite keeps its data in memory until then.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync().WaitAsync(Eventually.Limit);
        }

        await Eventually.HoldsAsync(() => _process.HasExited, () => $"{_command[0]} to stop");
        _process.Dispose();
    }

    /// <summary>Starts it, on what it held before.</summary>
    public async Task LaunchAsync()
    {
        _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Modules, _command[0]), .. _command[1..]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            () => _process.HasExited
                ? throw new InvalidOperationException($"{_command[0]} does not start; ./test.sh installs it")
                : AnswersAsync(),
            () => $"{_command[0]} to answer");
    }

    public async ValueTask DisposeAsync()
    {
        if (_conditional is not null)
        {
            await _conditional.DisposeAsync();
        }

        await StopAsync();
        _folder.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
