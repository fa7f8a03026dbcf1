# What an empty variable does: nothing. And what ends a script.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $vault = New-TestVault -Kind NoMetadata
    $null = Set-Person visit
    $arguments = (New-FakeApp).SignIn
    $connection = Connect-NotionWorkspace @arguments -Name Current 6>$null
    $arguments = (New-FakeToken).SignIn
    $null = Connect-NotionWorkspace @arguments -Name Second
    $null = Connect-NotionWorkspace -Name Current
    $undefined = $null
}

AfterAll { Stop-FakeNotion $fake }

Describe 'An empty value' {
    BeforeEach { Clear-FakeRequest }

    It 'is an error, and nothing happens: <Command>' -ForEach @(
        @{ Command = { Revoke-NotionToken $undefined -Confirm:$false } }
        @{ Command = { Revoke-NotionToken '' -Confirm:$false } }
        @{ Command = { Revoke-NotionToken ' ' -Confirm:$false } }
        @{ Command = { Revoke-NotionToken @() -Confirm:$false } }
        @{ Command = { Revoke-NotionToken @($undefined) -Confirm:$false } }
        @{ Command = { Revoke-NotionToken Second, $undefined -LocalOnly -Confirm:$false } }
        @{ Command = { Revoke-NotionToken -Connection $undefined.Name -Confirm:$false } }
        @{ Command = { $undefined | Revoke-NotionToken -Confirm:$false -ErrorAction Stop } }
        @{ Command = { @($undefined) | Revoke-NotionToken -Confirm:$false -ErrorAction Stop } }
        @{ Command = { $undefined.Name | Revoke-NotionToken -Confirm:$false -ErrorAction Stop } }
        @{ Command = { [pscustomobject]@{ Name = $null } | Revoke-NotionToken -Confirm:$false -ErrorAction Stop } }
        @{ Command = { [pscustomobject]@{ Connection = '' } | Revoke-NotionToken -Confirm:$false -ErrorAction Stop } }
        @{ Command = { Get-NotionConnection $undefined | Revoke-NotionToken -LocalOnly -Confirm:$false } }
        @{ Command = { Revoke-NotionToken -Vault $undefined -Confirm:$false } }
        @{ Command = { Get-NotionConnection $undefined } }
        @{ Command = { Get-NotionConnection @() } }
        @{ Command = { Get-NotionConnection -Vault $undefined } }
        @{ Command = { Get-NotionConnection -Vault '' } }
        @{ Command = { $undefined | Get-NotionConnection -ErrorAction Stop } }
        @{ Command = { Test-NotionToken $undefined } }
        @{ Command = { $undefined | Test-NotionToken -ErrorAction Stop } }
        @{ Command = { Test-NotionToken -Vault $undefined } }
        @{ Command = { Invoke-NotionRequest users/me -Connection $undefined } }
        @{ Command = { Invoke-NotionRequest users/me -Connection '' } }
        @{ Command = { Invoke-NotionRequest users/me -Vault $undefined } }
        @{ Command = { Invoke-NotionRequest comments -Method POST -Body $undefined } }
        @{ Command = { 'comments' | Invoke-NotionRequest -Method PATCH -Body $undefined -ErrorAction Stop } }
        @{ Command = { Connect-NotionWorkspace -Name Second -Vault $undefined } }
        @{ Command = { Connect-NotionWorkspace -ClientId $undefined } }
        @{ Command = { Connect-NotionWorkspace -ClientId x -ClientSecret $undefined } }
    ) {
        Assert-NotionError $Command -Id MissingValue -Category InvalidArgument -Says 'null or empty'
        (Get-FakeRequest).Count | Should -Be 0
        (Get-NotionConnection).Name | Should -Be 'Current', 'Second'
        (Get-NotionConnection -Current).Name | Should -BeExactly 'Current'
    }

    It 'is refused by PowerShell itself where a value must be passed: <Command>' -ForEach @(
        @{ Command = { Invoke-NotionRequest $undefined } },
        @{ Command = { Invoke-NotionRequest users -Token $undefined } }
        @{ Command = { Test-NotionToken -Token $undefined } },
        @{ Command = { Connect-NotionWorkspace -Token $undefined } }
        @{ Command = { Connect-NotionWorkspace $undefined } }, @{ Command = { Connect-NotionWorkspace -Name '' } }
        @{ Command = { [pscustomobject]@{ Name = $null } | Connect-NotionWorkspace -ErrorAction Stop } },
        @{ Command = { Connect-NotionWorkspace -FromEnvironment -Name $undefined } }
    ) {
        { & $Command } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'means none where a parameter has no default: -Query, -Headers, -Proxy and values in a query' {
        (Invoke-NotionRequest users -Query $undefined -Headers $undefined -Proxy $undefined).object | Should -Be 'list'
        (Invoke-NotionRequest users -Query @{ page_size = 1; start_cursor = $undefined }).results.Count | Should -Be 1
        (Get-FakeRequest).query | Should -Be '', '?page_size=1'
    }

    It 'is not what a connection of the session is: its vault has no name' {
        $arguments = (New-FakeToken).SignIn
        $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Session
        (Get-NotionConnection Session | Test-NotionToken).Status | Should -Be 'Active'
        Get-NotionConnection Session | Revoke-NotionToken -LocalOnly -Confirm:$false
        (Get-NotionConnection).Name | Should -Be 'Current', 'Second'
        $null = Connect-NotionWorkspace -Name Current
    }
}

Describe 'A broken wildcard pattern' {
    It 'is an error of ours' {
        Assert-NotionError {
            Get-NotionConnection '[x'
        } -Id InvalidName -Category InvalidArgument -Says '\[x' -Advises 'backtick'
    }
}

Describe 'A failure' {
    AfterEach { Clear-FakeFault }

    It 'ends the command where it was given one thing to do: <Command>' -ForEach @(
        @{ Command = { Invoke-NotionRequest pages -Method POST -Body @{ wrong = 1 } | Out-Null } }
        @{ Command = { Invoke-NotionRequest '../x' } }
        @{ Command = { Invoke-NotionRequest users/me -Connection Nobody } }
        @{ Command = { Get-NotionConnection Nobody } }
        @{ Command = { Test-NotionToken Nobody } }
        @{ Command = { Revoke-NotionToken Nobody -Confirm:$false } }
        @{ Command = { Connect-NotionWorkspace -Name Nobody } }
    ) {
        $ErrorActionPreference = 'Continue'
        $(try { & $Command; 'Done' } catch { 'Failed' }) | Should -BeExactly 'Failed'
    }

    It 'follows -ErrorAction: <Command>' -ForEach @(
        @{
            Command = {
                Invoke-NotionRequest pages -Method POST -Body @{
                    wrong = 1
                } -ErrorAction SilentlyContinue -ErrorVariable script:written
            }
        }
        @{ Command = { Get-NotionConnection Nobody -ErrorAction SilentlyContinue -ErrorVariable script:written } }
        @{ Command = { Test-NotionToken Nobody -ErrorAction SilentlyContinue -ErrorVariable script:written } }
        @{
            Command = {
                Revoke-NotionToken Nobody -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable script:written
            }
        }
        @{
            Command = {
                Connect-NotionWorkspace -Name Nobody -ErrorAction SilentlyContinue -ErrorVariable script:written
            }
        }
    ) {
        $(try { & $Command; 'Done' } catch { 'Failed' }) | Should -BeExactly 'Done'
        $script:written | Should -HaveCount 1
    }

    It 'belongs to its item where input is piped, and to its name where there are several' {
        $found = 'users/me', 'pages', 'users/me' | Invoke-NotionRequest -ErrorVariable errors 2>$null
        $found.object | Should -Be 'user', 'user'
        $errors | Should -HaveCount 1
        (Test-NotionToken Current, Nobody, Second -ErrorVariable errors 2>$null).Connection |
            Should -Be 'Current', 'Second'
        $errors | Should -HaveCount 1
        (Get-NotionConnection Current, Nobody, Second -ErrorVariable errors 2>$null).Name |
            Should -Be 'Current', 'Second'
        $errors | Should -HaveCount 1
    }
}

Describe 'The variables of a reply' {
    BeforeEach { Clear-FakeRequest }

    It 'are tried before anything is sent: <Parameter> <Name>' -ForEach @(
        @{ Parameter = 'StatusCodeVariable'; Name = 'PID' }, @{ Parameter = 'ResponseHeadersVariable'; Name = 'PID' }
        @{ Parameter = 'StatusCodeVariable'; Name = 'validated' },
        @{ Parameter = 'ResponseHeadersVariable'; Name = 'validated' }
    ) {
        $command = {
            [ValidateSet('a', 'b')] $validated = 'a'
            $with = @{ $Parameter = $Name }
            try { Invoke-NotionRequest comments -Method POST -Body @{ a = 1 } @with }
            finally { $script:after = $validated }
        }
        Assert-NotionError $command -Id InvalidVariable -Category InvalidArgument -Says $Name
        (Get-FakeRequest).Count | Should -Be 0
        $script:after | Should -BeExactly 'a'
    }

    It 'are left as they were by the trial' {
        $status = 'before'
        $null = Get-ErrorOf { Invoke-NotionRequest '../x' -StatusCodeVariable other }
        Invoke-NotionRequest users/me -StatusCodeVariable status -WhatIf | Out-Null
        $status | Should -Be 200
        Get-Variable -Name other -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}

Describe 'A workspace''s name' {
    It 'is never more than a text in a command: <Name>' -ForEach @(
        @{ Name = "Bob$([char]0x2019)s Notion" }, @{ Name = "x$([char]0x2019); `$global:obeyed = 1; #$([char]0x2019)" },
        @{ Name = "x'; `$global:obeyed = 1; #'" }, @{ Name = '-Force' }, @{ Name = "$([char]0x2013)Force" }
    ) {
        $app = New-FakeApp -Workspace $Name
        $arguments = $app.SignIn
        $null = Set-Person visit
        $signedIn = Connect-NotionWorkspace @arguments 6>$null
        try {
            # What is pasted: the recommended command, with Connect-NotionWorkspace itself replaced by something that
            # says what it was given.
            $recommended = $signedIn.ReconnectCommand()
            $errors = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($recommended, [ref]$null, [ref]$errors)
            $errors | Should -BeNullOrEmpty
            $given = & (
                [scriptblock]::Create("function Connect-NotionWorkspace { param(`$Name, `$ClientId, `$BaseUri, " +
                    "`$Vault) `$Name; `$ClientId; `$Vault }; $recommended")
            )
            $given | Should -Be $signedIn.Name, $app.ClientId, $vault.Name

            # What Tab puts there.
            $typed = 'Write-Output -InputObject '
            $completed = @((TabExpansion2 -inputScript 'Get-NotionConnection ' -cursorColumn 21).CompletionMatches |
                Where-Object ListItemText -EQ $signedIn.Name)[0].CompletionText
            & ([scriptblock]::Create("$typed $completed")) | Should -BeExactly $signedIn.Name
            Get-Variable -Name obeyed -Scope Global -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        finally {
            $signedIn | Revoke-NotionToken -LocalOnly -Confirm:$false
        }
    }
}

Describe 'A body that keeps the command waiting' {
    BeforeAll {
        Add-Type -TypeDefinition @'
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace NotionAuth.InputTests
{
    public sealed class Endless : IEnumerable
    {
        public readonly ManualResetEventSlim Begun = new ManualResetEventSlim();
        public readonly SemaphoreSlim Next = new SemaphoreSlim(0);
        public bool IsSlow;
        public string Item = "item";

        public IEnumerator GetEnumerator()
        {
            while (true)
            {
                yield return Item;
                Begun.Set();
                if (IsSlow) Next.Wait(50);
            }
        }
    }

    public sealed class Stuck : Stream
    {
        public readonly ManualResetEventSlim Begun = new ManualResetEventSlim();
        public readonly ManualResetEventSlim Closed = new ManualResetEventSlim();

        public override int Read(byte[] buffer, int offset, int count)
        {
            Begun.Set();
            Thread.Sleep(Timeout.Infinite);
            return 0;
        }

        protected override void Dispose(bool disposing) { Closed.Set(); }
        public override bool CanRead { get { return true; } }
        public override bool CanSeek { get { return false; } }
        public override bool CanWrite { get { return false; } }
        public override long Length { get { return 0; } }
        public override long Position { get; set; }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) { return 0; }
        public override void SetLength(long value) { }
        public override void Write(byte[] buffer, int offset, int count) { }
    }
}
'@

        $arguments = (New-FakeToken).SignIn
        $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Waiting
    }

    BeforeEach { Clear-FakeRequest }

    It 'ends with Ctrl+C, and is closed: a connection whose peer is silent' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $client = [Net.Sockets.TcpClient]::new('127.0.0.1', $listener.LocalEndpoint.Port)
            $peer = $listener.AcceptTcpClient()
            $stream = $client.GetStream()
            Assert-Stopped ('1 | Invoke-NotionRequest pages -Method POST -Body { $begun.Set(); , $body } ' +
                '-Connection Waiting') @{ body = $stream }
            Wait-Until { -not $stream.CanRead } 'the stream is closed'
        }
        finally {
            foreach ($one in $peer, $client) { if ($one) { $one.Dispose() } }
            $listener.Stop()
        }
    }

    It 'ends with Ctrl+C, and is closed: a pipe whose other end is silent' {
        $server = [IO.Pipes.AnonymousPipeServerStream]::new('Out')
        $handle = $server.ClientSafePipeHandle
        $stream = [IO.Pipes.AnonymousPipeClientStream]::new('In', $handle)
        Assert-Stopped ('1 | Invoke-NotionRequest pages -Method POST -Body { $begun.Set(); , $body } ' +
            '-Connection Waiting') @{ body = $stream }
        Wait-Until { $handle.IsClosed } 'the stream is closed'
        $server.Dispose()
    }

    It 'ends with Ctrl+C, and is closed: a stream that never comes back' {
        $stream = [NotionAuth.InputTests.Stuck]::new()
        Assert-Stopped 'Invoke-NotionRequest pages -Method POST -Body $body -Connection Waiting' @{
            body = $stream; begun = $stream.Begun
        }
        $stream.Closed.Wait(20000) | Should -BeTrue
    }

    It 'ends with Ctrl+C: a list without end that takes its time, in <Where>' -ForEach @(
        @{
            Where = 'a body'; Script = 'Invoke-NotionRequest pages -Method POST -Body @{ a = 1; b = @{ list = $body } }'
        }
        @{ Where = 'a query'; Script = 'Invoke-NotionRequest users -Query @{ a = $body }' }
    ) {
        $list = [NotionAuth.InputTests.Endless]@{ IsSlow = $true }
        Assert-Stopped "$Script -Connection Waiting" @{ body = $list; begun = $list.Begun }
    }

    It 'is an error before the memory is eaten: a list without end, of texts of <Length> characters' -ForEach @{
        Length = 5
    }, @{ Length = 1MB } {
        $list = [NotionAuth.InputTests.Endless]@{ Item = 'x' * $Length }
        Assert-NotionError {
            Invoke-NotionRequest pages -Method POST -Body @{ list = $list }
        } -Id BodyTooLarge -Category InvalidArgument -Says '16 MiB' -Advises '500 KB'
        Assert-NotionError {
            Invoke-NotionRequest users -Query @{ list = $list }
        } -Id InvalidQuery -Category InvalidArgument -Says 'no end'
        Assert-NotionError {
            Invoke-NotionRequest users -Headers @{ list = $list }
        } -Id InvalidHeader -Category InvalidArgument -Says 'no end'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'is an error where it is too large: <What>' -ForEach @(
        @{ What = 'bytes'; Make = { , [byte[]]::new(16MB + 1) } }
        @{ What = 'a text'; Make = { '"' + ' ' * 16MB + '"' } }
        @{ What = 'a text of more bytes than characters'; Make = { '"' + [string]::new([char]0x20AC, 6MB) + '"' } }
        @{ What = 'an object'; Make = { @{ text = [string]::new([char]0x20AC, 6MB) } } }
        @{ What = 'a stream'; Make = { , [IO.MemoryStream]::new([byte[]]::new(16MB + 1)) } }
    ) {
        $body = & $Make
        Assert-NotionError {
            Invoke-NotionRequest pages -Method POST -Body $body
        } -Id BodyTooLarge -Category InvalidArgument -Says '16 MiB'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'is left to Notion where Notion''s own limit is near' {
        $body = '{"page_size":1' + (' ' * 400KB) + '}'
        (Invoke-NotionRequest search -Method POST -Body $body -Connection Waiting).results.Count | Should -Be 1
        $body = '{"page_size":1' + (' ' * 2MB) + '}'
        Assert-NotionError {
            Invoke-NotionRequest search -Method POST -Body $body -Connection Waiting
        } -Id ValidationError -Category InvalidArgument
        (Get-FakeRequest).Count | Should -Be 2
    }

    It 'is read from a stream that is a class of PowerShell''s, on the thread that such a class needs' {
        $stream = & ([scriptblock]::Create('class NotionAuthTestStream : System.IO.MemoryStream {
            NotionAuthTestStream([byte[]] $bytes) : base($bytes) { }
            [int] Read([byte[]] $buffer, [int] $offset, [int] $count) {
                return ([IO.MemoryStream]$this).ReadByte() -lt 0 ? 0 : $this.Take($buffer, $offset)
            }
            [int] Take([byte[]] $buffer, [int] $offset) {
                $this.Position--; $buffer[$offset] = $this.ReadByte(); return 1
            }
        }
        [NotionAuthTestStream]::new([Text.Encoding]::UTF8.GetBytes(''{"page_size":1}''))'))
        (Invoke-NotionRequest search -Method POST -Body $stream -Connection Waiting).results.Count | Should -Be 1
    }
}
