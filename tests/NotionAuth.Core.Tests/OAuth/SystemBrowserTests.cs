using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using NotionAuth.Core.SignIn.Browser;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class SystemBrowserTests
{
    private static readonly Uri Page = new(
        "https://api.notion.com/v1/oauth/authorize?client_id=a%20b&state=x%27%22%24%28id%29&y=;&z='1'");

    [Fact]
    public async Task Windows_leaves_it_to_the_shell()
    {
        var machine = new Machine(BrowserPlatform.Windows);
        var browser = new SystemBrowser(machine);
        browser.EnsureAvailable();
        await browser.OpenAsync(Page, CancellationToken.None);
        Assert.Equal([Page.AbsoluteUri], machine.ShellExecuted);
        Assert.Empty(machine.Started);
    }

    [Fact]
    public async Task On_Windows_a_browser_inherits_no_secret()
    {
        var machine = new Machine(BrowserPlatform.Windows) { ["NOTION_CLIENT_SECRET"] = "s3cret" };
        await new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None);
        Assert.Empty(machine.ShellExecuted);
        BrowserCommand command = Assert.Single(machine.Started);
        Assert.EndsWith("rundll32.exe", command.Program, StringComparison.Ordinal);
        Assert.Equal(["url.dll,FileProtocolHandler", Page.AbsoluteUri], command.Arguments);
    }

    [Fact]
    public async Task On_Windows_what_the_shell_cant_open_is_tried_once_more()
    {
        var machine = new Machine(BrowserPlatform.Windows) { ShellFails = true };
        await new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None);
        Assert.Single(machine.Started);
    }

    [Fact]
    public async Task MacOS_opens_and_heeds_BROWSER()
    {
        var machine = new Machine(BrowserPlatform.MacOS);
        await new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None);
        machine["BROWSER"] = "lynx";
        machine.Programs.Add("lynx");
        await new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None);
        Assert.Equal(["/usr/bin/open", "/path/lynx"], machine.Started.Select(c => c.Program));
    }

    [Fact]
    public async Task Linux_uses_xdg_open()
    {
        var machine = new Machine(BrowserPlatform.Linux, "xdg-open") { ["DISPLAY"] = ":0" };
        var browser = new SystemBrowser(machine);
        browser.EnsureAvailable();
        await browser.OpenAsync(Page, CancellationToken.None);
        BrowserCommand command = Assert.Single(machine.Started);
        Assert.Equal("/path/xdg-open", command.Program);
        Assert.Equal([Page.AbsoluteUri], command.Arguments);
    }

    [Theory]
    [InlineData("firefox", "firefox|URL")]
    [InlineData("missing:firefox", "firefox|URL")]
    [InlineData("firefox --new-tab %s", "firefox|--new-tab|URL")]
    [InlineData("firefox '--profile=my one' \"a%%b%c\" x%sy", "firefox|--profile=my one|a%b:|xURLy")]
    [InlineData("firefox &", "firefox|URL")]
    [InlineData("firefox '' %s", "firefox||URL")]
    [InlineData("/opt/my browser/run", "/opt/my browser/run|URL")]
    [InlineData("firefox $(id) `id` ;id", "firefox|$(id)|`id`|;id|URL")]
    public void BROWSER_is_read_as_a_list_of_commands_without_a_shell(string value, string expected)
    {
        var machine = new Machine(BrowserPlatform.Linux, "firefox", "/opt/my browser/run") { ["BROWSER"] = value };
        var browser = new SystemBrowser(machine);
        browser.EnsureAvailable();
        BrowserCommand command = Assert.Single(browser.Commands(Page.AbsoluteUri));
        string program = expected.Split('|')[0];
        Assert.Equal(program.StartsWith('/') ? program : "/path/" + program, command.Program);
        Assert.Equal(
            expected.Split('|')[1..].Select(a => a.Replace("URL", Page.AbsoluteUri, StringComparison.Ordinal)),
            command.Arguments);
    }

    [Fact]
    public async Task What_fails_at_once_is_followed_by_the_next()
    {
        var machine = new Machine(BrowserPlatform.Linux, "one", "two", "three", "xdg-open")
        {
            ["BROWSER"] =
            "one:two:three",
            ["DISPLAY"] = ":0"
        };
        machine.Results["/path/one"] = 3;
        machine.Results["/path/two"] = new Win32Exception(13);
        machine.Results["/path/three"] = null;
        await new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None);
        Assert.Equal(["/path/one", "/path/two", "/path/three"], machine.Started.Select(c => c.Program));
    }

    [Fact]
    public async Task When_nothing_opens_it_the_error_tells_each_attempt()
    {
        var machine = new Machine(BrowserPlatform.Linux, "one", "xdg-open") { ["BROWSER"] = "one", ["DISPLAY"] = ":0" };
        machine.Results["/path/one"] = 3;
        machine.Results["/path/xdg-open"] = 4;
        var error = await Assert.ThrowsAsync<NotionAuthException>(
            () => new SystemBrowser(machine).OpenAsync(Page, CancellationToken.None));
        Assert.Equal(ErrorIds.BrowserFailed, error.ErrorId);
        Assert.Contains("/path/one: exit code 3; /path/xdg-open: exit code 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("-NoBrowser", error.RecommendedAction, StringComparison.Ordinal);

        var none = new Machine(BrowserPlatform.Linux);
        error = await Assert.ThrowsAsync<NotionAuthException>(
            () => new SystemBrowser(none).OpenAsync(Page, CancellationToken.None));
        Assert.Equal(ErrorIds.BrowserFailed, error.ErrorId);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ms-settings:display")]
    [InlineData("relative")]
    public async Task Only_web_pages_are_opened(string uri)
    {
        var machine = new Machine(BrowserPlatform.Windows);
        await Assert.ThrowsAsync<ArgumentException>(
            () => new SystemBrowser(machine)
            .OpenAsync(new Uri(uri, UriKind.RelativeOrAbsolute), CancellationToken.None));
        Assert.Empty(machine.ShellExecuted);
    }

    [Fact]
    public async Task A_cancelled_sign_in_opens_nothing()
    {
        var machine = new Machine(BrowserPlatform.Windows);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new SystemBrowser(machine).OpenAsync(Page, new CancellationToken(true)));
        Assert.Empty(machine.ShellExecuted);
    }

    [Theory]
    [InlineData("WSL_DISTRO_NAME", null)]
    [InlineData("WSL_INTEROP", null)]
    [InlineData(null, "Linux version 5.15.153.1-microsoft-standard-WSL2")]
    [InlineData(null, "Linux version 4.4.0-19041-Microsoft")]
    public void In_WSL_the_hosts_browser_comes_first(string? variable, string? version)
    {
        var machine = new Machine(BrowserPlatform.Linux, "wslview", "rundll32.exe", "xdg-open") { ["DISPLAY"] = ":0" };
        if (variable is not null) machine[variable] = "Debian";
        if (version is not null) machine.Files["/proc/version"] = version;
        var browser = new SystemBrowser(machine);
        browser.EnsureAvailable();
        Assert.Equal(
            ["/path/wslview", "/path/rundll32.exe", "/path/xdg-open"],
            browser.Commands(Page.AbsoluteUri).Select(c => c.Program));

        machine = new Machine(BrowserPlatform.Linux, "/mnt/c/Windows/System32/rundll32.exe")
        {
            ["WSL_DISTRO_NAME"] =
            "Debian"
        };
        browser = new SystemBrowser(machine);
        browser.EnsureAvailable();
        BrowserCommand command = Assert.Single(browser.Commands(Page.AbsoluteUri));
        Assert.Equal(["url.dll,FileProtocolHandler", Page.AbsoluteUri], command.Arguments);
    }

    [Theory]
    [InlineData("Linux", "SSH_CONNECTION", "SSH session")]
    [InlineData("Linux", "SSH_TTY", "SSH session")]
    [InlineData("Linux", "container", "container")]
    [InlineData("Linux", "KUBERNETES_SERVICE_HOST", "container")]
    [InlineData("Linux", "", "no display")]
    [InlineData("Linux", "DISPLAY", "xdg-open isn't installed")]
    [InlineData("MacOS", "SSH_CONNECTION", "SSH session")]
    [InlineData("Windows", "SSH_CLIENT", "SSH session")]
    public void Where_there_is_no_browser_the_error_says_why_and_what_else_to_do(
        string platform, string variable, string why)
    {
        var machine = new Machine(Enum.Parse<BrowserPlatform>(platform));
        if (variable.Length > 0) machine[variable] = "1";
        if (variable != "DISPLAY") machine.Programs.Add("xdg-open");
        var error = Assert.Throws<NotionAuthException>(() => new SystemBrowser(machine).EnsureAvailable());
        Assert.Equal(ErrorIds.BrowserUnavailable, error.ErrorId);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("-NoBrowser", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("ssh -L 8914:localhost:8914", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-PasteCallback", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/.dockerenv")]
    [InlineData("/run/.containerenv")]
    public void Containers_are_known_by_their_marks(string file)
    {
        var machine = new Machine(BrowserPlatform.Linux, "xdg-open");
        machine.Files[file] = string.Empty;
        Assert.Contains(
            "container", Assert.Throws<NotionAuthException>(() => new SystemBrowser(machine).EnsureAvailable()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_has_no_browser()
    {
        var machine = new Machine(BrowserPlatform.Windows) { IsInteractive = false };
        Assert.Equal(
            ErrorIds.BrowserUnavailable,
            Assert.Throws<NotionAuthException>(() => new SystemBrowser(machine).EnsureAvailable()).ErrorId);
    }

    [Theory]
    [InlineData("DISPLAY")]
    [InlineData("WAYLAND_DISPLAY")]
    [InlineData("BROWSER")]
    public void A_forwarded_display_or_BROWSER_make_one_available_over_SSH_and_in_containers(string variable)
    {
        var machine = new Machine(BrowserPlatform.Linux, "xdg-open")
        {
            ["SSH_CONNECTION"] = "1",
            ["container"] =
            "docker",
            [variable] = "xdg-open"
        };
        new SystemBrowser(machine).EnsureAvailable();
    }

    [Fact]
    public async Task A_real_program_gets_the_address_whole_and_neither_secrets_nor_our_console()
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = Directory.CreateTempSubdirectory("browser test").FullName;
        try
        {
            string result = Path.Combine(folder, "result");
            string program = Script(folder, "fake browser", $"""
                printf '%s\n' "$#" "$1" > '{result}.part'
                env >> '{result}.part'
                [ -t 0 ] || [ -p /dev/stdout ] || [ -p /dev/stderr ] || echo DETACHED >> '{result}.part'
                echo noise; echo noise >&2
                mv '{result}.part' '{result}'
                """);
            Environment.SetEnvironmentVariable("NOTIONAUTH_TEST_HIDDEN", "s3cret-value");
            int? code = await new BrowserEnvironment(["NOTIONAUTH_TEST_HIDDEN"])
                .StartAsync(new BrowserCommand(program, [Page.AbsoluteUri]), CancellationToken.None);
            Environment.SetEnvironmentVariable("NOTIONAUTH_TEST_HIDDEN", null);

            Assert.Equal(0, code);
            string[] lines = await File.ReadAllLinesAsync(result);
            Assert.Equal(["1", Page.AbsoluteUri], lines[..2]);
            Assert.Contains("DETACHED", lines);
            Assert.DoesNotContain(lines, l => l.Contains("s3cret-value", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_variables_that_hold_secrets_are_hidden_from_a_browser() =>
        Assert.Equal(["NOTION_TOKEN", "NOTION_API_TOKEN", "NOTION_CLIENT_SECRET"], BrowserEnvironment.SecretVariables);

    [Fact]
    public async Task A_real_program_that_fails_at_once_is_noticed_and_one_that_stays_isnt_waited_for()
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = Directory.CreateTempSubdirectory("browser test").FullName;
        try
        {
            var environment = new BrowserEnvironment([]);
            Assert.Equal(
                3, await environment.StartAsync(
                    new BrowserCommand(Script(folder, "fails", "exit 3"), ["x"]), CancellationToken.None));

            string pid = Path.Combine(folder, "pid");
            string stays =
                Script(folder, "stays", $"echo $$ > '{pid}.part' && mv '{pid}.part' '{pid}'; exec sleep 600");
            var clock = Stopwatch.StartNew();
            Assert.Null(await environment.StartAsync(new BrowserCommand(stays, ["x"]), CancellationToken.None));
            Assert.InRange(clock.Elapsed.TotalSeconds, 1, 15);

            using Process process = Process.GetProcessById(
                int.Parse(await File.ReadAllTextAsync(pid), System.Globalization.CultureInfo.InvariantCulture));
            Assert.False(process.HasExited);
            process.Kill();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Programs_are_found_on_absolute_folders_of_PATH_and_only_if_they_can_run()
    {
        if (OperatingSystem.IsWindows()) return;
        var environment = new BrowserEnvironment([]);
        Assert.NotNull(environment.FindProgram("sh"));
        Assert.Null(environment.FindProgram("no-such-program-anywhere"));
        Assert.Equal("/bin/sh", environment.FindProgram("/bin/sh"));
        Assert.Null(environment.FindProgram("/bin/no-such-program"));
        Assert.Null(environment.ReadFile("/no/such/file"));
    }

    private static string Script(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A machine made up for a test.</summary>
    private sealed class Machine(BrowserPlatform platform, params string[] programs) : IBrowserEnvironment
    {
        private readonly Dictionary<string, string> _variables = [];

        public HashSet<string> Programs { get; } = [.. programs];

        public Dictionary<string, string> Files { get; } = [];

        public Dictionary<string, object?> Results { get; } = [];

        public List<BrowserCommand> Started { get; } = [];

        public List<string> ShellExecuted { get; } = [];

        public bool ShellFails { get; init; }

        public BrowserPlatform Platform => platform;

        public bool IsInteractive { get; init; } = true;

        public string this[string variable]
        {
            set => _variables[variable] = value;
        }

        public string? GetVariable(string name) => _variables.GetValueOrDefault(name);

        public bool FileExists(string path) => Files.ContainsKey(path);

        public string? ReadFile(string path) => Files.GetValueOrDefault(path);

        public string? FindProgram(string name) =>
            !Programs.Contains(name) ? null : name.Contains('/', StringComparison.Ordinal) ? name : "/path/" + name;

        public void ShellExecute(string uri)
        {
            if (ShellFails) throw new Win32Exception(1155);
            ShellExecuted.Add(uri);
        }

        public Task<int?> StartAsync(BrowserCommand command, CancellationToken ct)
        {
            Started.Add(command);
            object? result = Results.GetValueOrDefault(command.Program, 0);
            return result is Exception e ? Task.FromException<int?>(e) : Task.FromResult((int?)result);
        }
    }
}
