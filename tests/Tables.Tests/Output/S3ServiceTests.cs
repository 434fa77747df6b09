using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Superhero.Silo.Hosting;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

/// <summary>What services that are compatible with S3 demand, and what they do wrong. The service answers as such a one would.</summary>
[Trait("Category", "Integration")]
public sealed class S3ServiceTests : IAsyncDisposable
{
    private const string Place = "s3://season/of";

    private readonly ConcurrentQueue<HttpRequestSummary> _requests = [];
    private readonly TestAuthority _authority = new();
    private WebApplication? _service;

    [Fact]
    public async Task Upload_has_a_digest_as_a_bucket_with_object_lock_demands()
    {
        var store = await OpenAsync();
        await store.WriteAsync("one", "first"u8.ToArray());
#pragma warning disable CA5351
        Assert.Equal(Convert.ToBase64String(MD5.HashData("first"u8)), _requests.Single().Headers["Content-MD5"]);
#pragma warning restore CA5351
    }

    [Theory]
    [InlineData("AES256")]
    [InlineData("aws:kms")]
    public async Task Upload_asks_for_the_encryption_that_the_policy_demands(string encryption)
    {
        var store = await OpenAsync(("AWS_S3_SSE", encryption));
        await store.WriteAsync("one", "first"u8.ToArray());
        Assert.Equal(encryption, _requests.Single().Headers["x-amz-server-side-encryption"]);
    }

    [Fact]
    public async Task Listing_that_is_truncated_without_a_token_is_an_error()
    {
        var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<IOException>(
            () => store.ListAsync("").ToListAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken));
        Assert.Contains("ListObjectsV2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewed_credentials_are_used_from_the_next_request_on()
    {
        using var folder = new TemporaryFolder();
        var token = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(token, "old", TestContext.Current.CancellationToken);
        var store = await OpenAsync(("AWS_SESSION_TOKEN_FILE", token));
        await store.WriteAsync("one", "first"u8.ToArray());
        await File.WriteAllTextAsync(token, "new", TestContext.Current.CancellationToken);
        await store.WriteAsync("one", "first"u8.ToArray());
        Assert.Equal(["old", "new"], _requests.Select(request => request.Headers["x-amz-security-token"]));
    }

    [Fact]
    public async Task Service_whose_authority_AWS_CA_BUNDLE_names_is_trusted_and_another_is_refused_with_the_reason()
    {
        var (certificate, key) = _authority.Issue("s3");
        using var both = X509Certificate2.CreateFromPemFile(certificate, key);
        var port = await ServeAsync(both);
        var trusting = Open(("AWS_ENDPOINT_URL", $"https://localhost:{port}"), ("AWS_CA_BUNDLE", _authority.File));
        await trusting.WriteAsync("one", "first"u8.ToArray());
        Assert.Single(_requests);

        var distrustful = Open(("AWS_ENDPOINT_URL", $"https://localhost:{port}"));
        var error = await Assert.ThrowsAsync<IOException>(() => distrustful.WriteAsync("one", "first"u8.ToArray()));
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Account_key_and_endpoint_of_Azure_are_used()
    {
        var store = OpenAt(
            "az://season/of", ("AZURE_STORAGE_ACCOUNT", "games"), ("AZURE_STORAGE_KEY", Convert.ToBase64String("key"u8)),
            ("AZURE_STORAGE_SERVICE_ENDPOINT", "https://games.blob.core.chinacloudapi.cn"));
        Assert.Equal("az://season/of/", $"{store}");
    }

    public async ValueTask DisposeAsync()
    {
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        _authority.Dispose();
    }

    private static IOutputStore Open(params (string Name, string Value)[] settings) => OpenAt(Place, settings);

    private static IOutputStore OpenAt(string place, params (string Name, string Value)[] settings) => SiloSettings.All
        .AddTo(
            new ServiceCollection(),
            new ConfigurationBuilder().AddInMemoryCollection(
                settings.Append(("AWS_ACCESS_KEY_ID", "id")).Append(("AWS_SECRET_ACCESS_KEY", "secret")).ToDictionary(one => one.Item1, one => (string?)one.Item2)).Build())
        .AddLogging().AddSingleton(TimeProvider.System).AddOutputStore().BuildServiceProvider().GetRequiredService<OutputStores>().Open(place);

    private async Task<IOutputStore> OpenAsync(params (string Name, string Value)[] settings) =>
        Open([("AWS_ENDPOINT_URL", $"http://localhost:{await ServeAsync()}"), .. settings]);

    private async Task<int> ServeAsync(X509Certificate2? certificate = null)
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        _service = builder.Build();
        _service.Run(AnswerAsync);
        await _service.StartAsync(TestContext.Current.CancellationToken);
        return port;
    }

    private Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue(new HttpRequestSummary(
            context.Request.Method, context.Request.Headers.ToDictionary(header => header.Key, header => $"{header.Value}", StringComparer.OrdinalIgnoreCase)));
        context.Response.ContentType = "application/xml";
        return context.Request.Method == HttpMethods.Get
            ? context.Response.WriteAsync("<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>of/one</Key><Size>1</Size></Contents></ListBucketResult>")
            : Task.CompletedTask;
    }

    private sealed record HttpRequestSummary(string Method, Dictionary<string, string> Headers);
}
