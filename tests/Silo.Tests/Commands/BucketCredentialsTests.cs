using System.Net;
using System.Text;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

/// <summary>Credentials that the library of a bucket reads from the environment, which takes the executable.</summary>
[Trait("Category", "Integration")]
public class BucketCredentialsTests
{
    [Fact]
    public async Task Role_that_a_web_identity_may_assume_opens_the_bucket()
    {
        await using var bucket = await BucketServer.StartAsync("s3");
        using var folder = new TemporaryFolder();
        var token = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(token, "an-identity", TestContext.Current.CancellationToken);
        using var sts = new HttpListener();
        var endpoint = $"http://127.0.0.1:{Ports.Free()}/";
        sts.Prefixes.Add(endpoint);
        sts.Start();
        var asked = AnswerAsync(sts);
        var result = await SiloExecutable.RunAsync(
            new RedisOptions(),
            [
                ("AWS_ENDPOINT_URL_S3", bucket.Variables.Single(variable => variable.Name == "AWS_ENDPOINT_URL").Value),
                ("AWS_ENDPOINT_URL_STS", endpoint), ("AWS_REGION", "us-east-1"),
                ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/silo"), ("AWS_WEB_IDENTITY_TOKEN_FILE", token),
            ],
            "verify", "--allow-empty", "--output", bucket.Uri);
        Assert.Equal((0, "Games: 0, files: 0; all is well.\n"), result);
        var request = await asked.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        Assert.Contains("Action=AssumeRoleWithWebIdentity", request, StringComparison.Ordinal);
        Assert.Contains("WebIdentityToken=an-identity", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_without_a_login_fails_in_one_line()
    {
        using var folder = new TemporaryFolder();
        var config = Path.Combine(folder.Path, "config");
        await File.WriteAllTextAsync(
            config,
            """
            [profile silo]
            sso_session = team
            sso_account_id = 123456789012
            sso_role_name = silo
            region = us-east-1

            [sso-session team]
            sso_start_url = https://127.0.0.1/start
            sso_region = us-east-1
            sso_registration_scopes = sso:account:access

            """,
            TestContext.Current.CancellationToken);
        var (exitCode, printed) = await SiloExecutable.RunAsync(
            new RedisOptions(),
            [("AWS_CONFIG_FILE", config), ("AWS_PROFILE", "silo"), ("HOME", folder.Path), ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")],
            "verify", "--output", "s3://season");
        Assert.Equal(1, exitCode);
        Assert.Matches("^s3://season/: [^\n]*(SSO|sso|log)[^\n]*\n$", printed);
    }

    [Fact]
    public async Task Account_without_credentials_fails_in_one_line()
    {
        // Other kinds of credentials ask services that only a machine in the cloud has.
        var (exitCode, printed) = await SiloExecutable.RunAsync(
            new RedisOptions(),
            [("OUTPUT_URI", "az://season"), ("AZURE_STORAGE_ACCOUNT", "heroes"), ("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")],
            "--until-input-closes");
        Assert.Equal(2, exitCode);
        Assert.Matches("^OUTPUT_URI: 'az://season/' is not allowed; set it to a bucket that can be written \\([^\n]*EnvironmentCredential[^\n]*\n$", printed);
    }

    private static async Task<string> AnswerAsync(HttpListener sts)
    {
        var context = await sts.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var request = await reader.ReadToEndAsync();
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(
            $"""
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>S3RVER</AccessKeyId><SecretAccessKey>S3RVER</SecretAccessKey><SessionToken>session</SessionToken>
            <Expiration>{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
            """));
        context.Response.Close();
        return request;
    }
}
