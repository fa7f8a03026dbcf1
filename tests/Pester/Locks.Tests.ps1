BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    # Only root can make a disk that is read-only or full; to everybody else a folder's mode does for the first.
    $isRoot = $IsLinux -and (id -u) -eq '0'
    $troubles = @(
        if ($isRoot) {
            @{
                Trouble = 'read-only'; Says = 'Read-only file system'; Advises = 'can be written to'
                Category = 'InvalidOperation'
            }
            @{
                Trouble = 'full'; Says = 'No space left on device'; Advises = 'Free some space'
                Category = 'InvalidOperation'
            }
        }
        else {
            @{
                Trouble = 'read-only'; Says = 'denied'; Advises = 'your user can write to'
                Category = 'PermissionDenied'
            }
        }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $locks = Join-Path $env:HOME '.secretmanagement/notionauth-locks'

    function Start-Request {
        # A process that makes a request and is known to be in the middle of its refresh.
        param([string] $Name, [string] $Vault, [hashtable] $Environment = @{})

        Clear-FakeRequest
        # Held up longer than the other process needs to come to its own refresh.
        Add-FakeFault @{ kind = 'delay'; path = '/v1/oauth/token'; delayMs = 6000; afterCommit = $true; times = 1 }
        $start = [Diagnostics.ProcessStartInfo]::new('pwsh')
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.Environment['NOTIONAUTH_VAULT'] = $Vault
        foreach ($key in $Environment.Keys) { $start.Environment[$key] = $Environment[$key] }
        $script = "Import-Module '$(Get-NotionAuthPath)'; (Invoke-NotionRequest users/me -Connection '$Name' " +
            '-ErrorAction Stop).id'
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) {
            $start.ArgumentList.Add($argument)
        }
        $process = [Diagnostics.Process]::Start($start)
        Wait-Until {
            $process.HasExited -or (Get-FakeRequest '/v1/oauth/token').Count -eq 1
        } 'the other process asked for a new pair'
        $process
    }

    function Receive-Request($Process) {
        $output = $Process.StandardOutput.ReadToEnd().Trim()
        $Process.WaitForExit()
        "$output$($Process.StandardError.ReadToEnd())"
    }

    function New-OAuthConnection {
        param([string] $Vault)

        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        Connect-NotionWorkspace @arguments -Vault $Vault 6>$null
    }

    function Set-LockTrouble([string] $Trouble) {
        if ((id -u) -ne '0') {
            chmod 500 $locks
            return
        }

        if ($Trouble -eq 'read-only') {
            mount --bind $locks $locks
            mount -o 'remount,ro,bind' $locks
        }
        else { mount -t tmpfs -o 'nr_inodes=1,mode=700' tmpfs $locks }
        if ($LASTEXITCODE) { throw 'A disk that is read-only or full could not be mounted.' }
    }

    function Clear-LockTrouble {
        if ((id -u) -ne '0') { chmod 700 $locks }
        elseif (Select-String -LiteralPath /proc/mounts -SimpleMatch " $locks " -Quiet) { umount --lazy $locks }
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'The lock of a vault' -Skip:(-not ($IsLinux -or $IsMacOS)) {
    It 'is one for two names of one <Kind> vault' -ForEach (Get-VaultKind) {
        $vault = New-TestVault -Kind $Kind
        if ($Kind -eq 'SecretStore') { Register-SecretVault -Name Other -ModuleName Microsoft.PowerShell.SecretStore }
        else {
            $path = $vault.Registration.VaultParameters.Path
            $same = Join-Path (Split-Path $path) '.' (Split-Path $path -Leaf)
            if ($vault.Folder) { $same += '/' }
            Register-SecretVault -Name Other -ModuleName $vault.Registration.ModuleName -VaultParameters @{
                Path = $same; Note = 'another'
            }
        }

        $connection = New-OAuthConnection Personal
        Invoke-FakeExpiry $connection.BotId
        $process = Start-Request $connection.Name Other
        (Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop).id |
            Should -BeExactly $connection.BotId
        Receive-Request $process | Should -BeExactly $connection.BotId
        (Get-FakeRequest '/v1/oauth/token').Count |
            Should -Be 1 -Because 'the second waits for the first, and uses its pair'
    }

    It 'is found by a process with another environment' {
        $null = New-TestVault -Kind NoMetadata
        $connection = New-OAuthConnection Personal
        Invoke-FakeExpiry $connection.BotId
        $process = Start-Request $connection.Name Personal @{
            XDG_STATE_HOME                      = New-TestFolder 'state'
            XDG_DATA_HOME                       = New-TestFolder 'data'
            XDG_CONFIG_HOME                     = New-TestFolder 'config'
            TMPDIR                              = New-TestFolder 'tmp'
            DOTNET_SYSTEM_IO_DISABLEFILELOCKING = '1'
        }
        (Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop).id |
            Should -BeExactly $connection.BotId
        Receive-Request $process | Should -BeExactly $connection.BotId
        (Get-FakeRequest '/v1/oauth/token').Count | Should -Be 1
    }

    It 'has no name of the vault in its file names' {
        $null = New-TestVault -Kind NoMetadata
        $null = New-OAuthConnection Personal
        $files = Get-ChildItem -LiteralPath $locks
        $files.Count | Should -BeGreaterThan 0
        foreach ($file in $files) {
            $file.Name | Should -Match '^[0-9A-F]{32}\.lock$'
            $file.Length | Should -Be 0
            $file.UnixMode | Should -BeExactly '-rw-------'
        }

        (Get-Item -LiteralPath $locks).UnixMode | Should -BeExactly 'drwx------'
    }
}

Describe 'Where there can be no lock' -Skip:(-not $IsLinux) {
    BeforeEach {
        $null = New-TestVault -Kind NoMetadata
        $connection = New-OAuthConnection Personal
        $command = "Invoke-NotionRequest users/me -Connection '$($connection.Name)' -ErrorAction Stop"
    }

    AfterEach { Clear-LockTrouble }

    It 'commands that only read go on, with one warning (<Trouble>)' -ForEach $troubles {
        Get-ChildItem -LiteralPath $locks | Remove-Item
        Set-LockTrouble $Trouble
        $script = @(
            '$w = @()'
            "($command -WarningAction SilentlyContinue -WarningVariable +w).id"
            '$null = Get-NotionConnection -WarningAction SilentlyContinue -WarningVariable +w'
            '$w.Count'
            '"$w"'
        )
        $lines = Invoke-InProcess ($script -join "`n")
        $lines[0, 1] | Should -Be $connection.BotId, 1
        $lines[2] | Should -Match "No lock .*$Says"
    }

    It 'no refresh token is spent and nothing is written (<Trouble>)' -ForEach $troubles {
        Get-ChildItem -LiteralPath $locks | Remove-Item
        $before = Get-VaultContent
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        Set-LockTrouble $Trouble
        $token = New-FakeToken
        $arguments = $token.SignIn
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $lock = @{ Id = 'LockUnavailable'; Category = $Category; Says = $Says }
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop -WarningAction Ignore
        } @lock -Advises $Advises
        Assert-NotionError { Connect-NotionWorkspace @arguments -ErrorAction Stop -WarningAction Ignore } @lock
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
        Get-FakeRequest '/v1/oauth/token' | Should -BeNullOrEmpty
        Get-VaultContent | Should -BeExactly $before

        Clear-LockTrouble
        (Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop).id |
            Should -BeExactly $connection.BotId
    }

    It 'lock files that are there already are locked on a read-only disk, and a refresh goes on' {
        Invoke-FakeExpiry $connection.BotId
        Clear-FakeRequest
        Set-LockTrouble read-only
        $process = Start-Request $connection.Name Personal
        (Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop).id |
            Should -BeExactly $connection.BotId
        Receive-Request $process | Should -BeExactly $connection.BotId
        (Get-FakeRequest '/v1/oauth/token').Count | Should -Be 1
    }
}
