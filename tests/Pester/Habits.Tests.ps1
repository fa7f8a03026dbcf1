# What vaults do otherwise than SecretStore (docs/vaults.md), shown by a vault that can be given each habit.

BeforeDiscovery {
    $everyday = (Import-PowerShellDataFile (Join-Path $PSScriptRoot 'Vaults/Habits.psd1')).Everyday
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $module = Join-Path $PSScriptRoot 'Vaults/HabitVault'

    function New-HabitVault {
        param([hashtable] $With = @{})

        Remove-TestVault
        $folder = New-TestFolder 'vault'
        Register-SecretVault -Name Personal -ModuleName $module -VaultParameters (@{ Path = $folder } +
            $With) -DefaultVault
        $folder
    }

    function Set-Switch {
        param([string] $Name)
        Set-Content -LiteralPath (Join-Path $folder $Name) -Value ''
    }

    function Clear-Switch {
        param([string] $Name)
        Remove-Item -LiteralPath (Join-Path $folder $Name) -ErrorAction Ignore
    }

    function Get-Call { @(Get-Content -LiteralPath (Join-Path $folder 'calls')) -ne '' }

    function Connect-Fake {
        param([string] $Workspace, [string] $Icon)

        $app = New-FakeApp -Workspace $Workspace -Icon $Icon
        $arguments = $app.SignIn
        $null = Set-Person visit
        Connect-NotionWorkspace @arguments 6>$null | Add-Member -NotePropertyName App -NotePropertyValue $app -PassThru
    }

    # What the vault keeps under our names, past SecretManagement.
    function Get-Kept {
        $kept = [ordered]@{}
        foreach ($file in Get-ChildItem -LiteralPath $folder -Filter '*.json' | Sort-Object Name) {
            $change = Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json -AsHashtable
            if ($change.do -eq 'set') { $kept[$change.name] = $change.text }
            if ($change.do -eq 'remove') { $kept.Remove($change.name) }
        }

        $kept
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'A vault with the habit: <Habit>' -ForEach $everyday {
    It 'keeps a connection from the sign-in to its revocation, and nothing else afterwards' {
        $folder = New-HabitVault $With
        if ($With['Habits'] -notmatch 'FailsToListNothing') {
            Set-Secret -Name 'Other' -Secret 'not ours' -Vault Personal -ErrorAction Ignore
        }
        Get-NotionConnection -Vault Personal -ErrorAction Stop | Should -BeNullOrEmpty
        $connection = Connect-Fake
        @(Get-NotionConnection -Vault Personal).BotId | Should -BeExactly $connection.BotId
        (Test-NotionToken $connection.Name).Status | Should -Be Active
        (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId

        Invoke-FakeExpiry $connection.BotId
        (Invoke-NotionRequest users/me -Connection $connection.Name -WarningVariable warned).id |
            Should -BeExactly $connection.BotId
        $warned | Should -BeNullOrEmpty
        (Test-NotionToken $connection.Name).Status | Should -Be Active -Because 'the vault has the new pair'

        # As another process would meet it: of a vault that is registered with something else, nothing is known.
        Register-SecretVault -Name Personal -ModuleName $module -VaultParameters (@{ Path = $folder; Again = 1 } +
            $With) -DefaultVault -AllowClobber
        Invoke-FakeExpiry $connection.BotId
        (Invoke-NotionRequest users/me -Connection $connection.Name -WarningVariable warned).id |
            Should -BeExactly $connection.BotId
        $warned | Should -BeNullOrEmpty
        (Test-NotionToken $connection.Name).Status | Should -Be Active

        Revoke-NotionToken $connection.Name -Confirm:$false
        $pairs = @((Get-FakeState).tokens | Where-Object botId -EQ $connection.BotId)
        $pairs.Count | Should -Be 3
        @($pairs.accessState; $pairs.refreshState) | Should -Not -Contain Live
        @(Get-NotionConnection -Vault Personal).BotId | Should -Not -Contain $connection.BotId
        $kept = Get-Kept
        $kept.Keys | Where-Object { $_ -match $connection.BotId -or $_ -match 'write-test' } | Should -BeNullOrEmpty
        @($kept.Keys | Where-Object { $_ -match $connection.ClientId }).Count |
            Should -Be 1 -Because 'the registration stays'
    }
}

Describe 'A secret of ours that a vault does not find' {
    BeforeAll {
        $folder = New-HabitVault
        $connection = Connect-Fake
        $key = "NotionAuth-$($connection.BotId)"
    }

    BeforeEach { Set-Content -LiteralPath (Join-Path $folder 'calls') -Value '' }

    AfterEach { 'unhealthy', 'changed' | ForEach-Object { Clear-Switch $_ } }

    # KeePass finds nothing at first when another process has changed its file.
    It 'is looked for again where the vault finds nothing at first: <Command>' -ForEach @(
        @{ Command = 'reading'; Do = { (Test-NotionToken).Status | Should -Be Active } }
        @{
            Command = 'listing'
            Do = { @(Get-NotionConnection -Vault Personal).BotId | Should -Contain $connection.BotId }
        }
        @{
            Command = 'refreshing'
            Do = {
                Invoke-FakeExpiry $connection.BotId
                (Invoke-NotionRequest users/me).id | Should -BeExactly $connection.BotId
            }
        }
    ) {
        Set-Switch changed
        & $Do
        Join-Path $folder 'changed' | Should -Not -Exist -Because 'the first call must have found nothing'
    }

    It 'is an error of the vault where Test-SecretVault reports that it is not healthy: <Command>' -ForEach @(
        @{ Command = 'reading'; Do = { Test-NotionToken -ErrorAction Stop } }
        @{ Command = 'listing'; Do = { Get-NotionConnection -Vault Personal -ErrorAction Stop } }
        @{ Command = 'a name'; Do = { Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop } }
    ) {
        Set-Switch unhealthy
        $expected = @{ Says = "Vault 'Personal'.*Test-SecretVault"; Advises = 'Test-SecretVault' }
        Assert-NotionError $Do -Id VaultFailed -Category InvalidOperation @expected
        @(Get-Call) -match '^Test-SecretVault' | Should -Not -BeNullOrEmpty
        Clear-Switch unhealthy
        (Test-NotionToken).Status | Should -Be Active
    }

    It 'is looked for once where it was never there, without Test-SecretVault' {
        $null = Get-NotionConnection -Vault Personal
        Set-Content -LiteralPath (Join-Path $folder 'calls') -Value ''
        $app = New-FakeApp -Approval deny
        $null = Set-Person visit
        $arguments = $app.SignIn
        Get-ErrorOf { Connect-NotionWorkspace @arguments 6>$null } | Should -Not -BeNullOrEmpty
        @(@(Get-Call) -match "^Get-Secret .*$($app.ClientId)").Count | Should -Be 1
        @(Get-Call) -match '^Test-SecretVault' | Should -BeNullOrEmpty
    }

    It 'is gone where the vault is healthy' {
        Remove-Secret -Name $key -Vault Personal
        Assert-NotionError {
            Invoke-NotionRequest users/me -Connection $connection.Name -ErrorAction Stop
        } -Id ConnectionNotFound -Category ObjectNotFound
        @(Get-Call) -match '^Test-SecretVault' | Should -Not -BeNullOrEmpty
    }
}

Describe 'A vault that cannot keep a connection: <What>' -ForEach @(
    @{
        What = 'it forgets what it took'; With = @{ Habits = 'Drops' }; Id = 'VaultNotSuitable'
        Says = "doesn't give it back"
    }
    @{
        What = 'it changes the text'; With = @{ Habits = 'LosesQuotes' }; Id = 'VaultNotSuitable'
        Says = 'gives back another one'
    }
    @{ What = 'it does not list'; With = @{ Habits = 'HidesAll' }; Id = 'VaultNotSuitable'; Says = "doesn't list it" }
    @{
        What = 'it does not remove'; With = @{ Habits = 'NeverRemoves' }; Id = 'VaultNotSuitable'; Says = 'still has it'
        Leaves = 1
    }
    @{
        What = 'it takes less than the tokens alone'; With = @{ LimitBytes = 600 }; Id = 'VaultFailed'
        Says = 'bad data.*\d+ characters'
    }
    @{
        What = 'it cuts off what is too long'; With = @{ LimitBytes = 600; Habits = 'Cuts' }; Id = 'VaultNotSuitable'
        Says = 'another one, of 300'
    }
) {
    It 'is refused before a browser opens, with what it cannot do, and nothing is left in it' {
        $folder = New-HabitVault $With
        $app = New-FakeApp
        $arguments = $app.SignIn
        $person = Set-Person visit
        Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id $Id -Category InvalidOperation -Says $Says
        Join-Path $person 'page-1.html' | Should -Not -Exist
        @((Get-Kept).Keys).Count | Should -Be ([int]$_['Leaves'])
        @((Get-Kept).Values) -match $app.ClientSecret | Should -BeNullOrEmpty
    }
}

Describe 'The write test' {
    BeforeAll {
        $folder = New-HabitVault
        Set-Switch calls
        $connection = Connect-Fake
        $first = Get-Call
    }

    BeforeEach { Set-Content -LiteralPath (Join-Path $folder 'calls') -Value '' }

    It 'has the size of a real connection, is read back, listed and removed' {
        $test = @($first -match 'write-test')
        $test[0] | Should -Match '^Set-Secret .* SecureString$'
        $test[-1], $test[1] | Should -Match '^(Get-Secret|Remove-Secret) '
        $at = [array]::IndexOf([object[]]$first, $test[-1])
        @($first[0..$at] -match '^Get-SecretInfo').Count | Should -BeGreaterOrEqual 1
        $text = Get-ChildItem -LiteralPath $folder -Filter '*.json' | Get-Content -Raw |
            ForEach-Object { $_ | ConvertFrom-Json } |
            Where-Object { $_.do -eq 'set' -and $_.name -match 'write-test' } |
            Select-Object -First 1 -ExpandProperty text
        $real = (Get-Kept)["NotionAuth-$($connection.BotId)"]
        $text.Length | Should -BeGreaterOrEqual ($real.Length * 0.9)
        $text.Length | Should -BeLessOrEqual 1280 -Because 'Windows Credential Manager takes 2,560 bytes'
        ($text | ConvertFrom-Json).reply.workspace_name | Should -Not -BeNullOrEmpty
    }

    It 'is a write, a look and a removal before a refresh' {
        Invoke-FakeExpiry $connection.BotId
        $null = Invoke-NotionRequest users/me
        $calls = Get-Call
        @($calls -match '^Set-Secret .*write-test').Count | Should -Be 1
        @($calls -match '^Get-Secret .*write-test').Count | Should -BeLessOrEqual 3
    }

    It 'that an ended process has left is removed by the next sign-in' {
        $folder = New-HabitVault
        Set-Secret -Name 'NotionAuth-write-test-20260101000000-0a1b2c3d' -Secret '{}' -Vault Personal
        $null = Connect-Fake
        (Get-Kept).Keys | Should -Not -Match 'write-test'
    }
}

Describe 'What a process has learned of a vault' {
    It 'is which type it takes' {
        $folder = New-HabitVault @{ Habits = 'StringsOnly' }
        $connection = Connect-Fake
        Set-Switch calls
        Invoke-FakeExpiry $connection.BotId
        $null = Invoke-NotionRequest users/me
        @(Get-Call) -match '^Set-Secret .* SecureString$' | Should -BeNullOrEmpty
    }
}

Describe 'A connection that is too long for a vault (Windows Credential Manager)' {
    It 'is kept without what Notion can tell again, and works' {
        $folder = New-HabitVault @{ LimitBytes = 2560 }
        $name = 'A workspace of which somebody wrote down everything that it is for, '.PadRight(700, 'x')
        $icon = 'https://example.com/'.PadRight(600, 'i')
        $connection = Connect-Fake -Workspace $name -Icon $icon
        $kept = (Get-Kept)["NotionAuth-$($connection.BotId)"]
        [Text.Encoding]::Unicode.GetByteCount($kept) | Should -BeLessOrEqual 2560
        ($kept | ConvertFrom-Json).reply.PSObject.Properties.Name | Should -Not -Contain 'workspace_icon'
        Invoke-FakeExpiry $connection.BotId
        (Invoke-NotionRequest users/me -Connection $connection.Name).id | Should -BeExactly $connection.BotId
        (Test-NotionToken $connection.Name).Status | Should -Be Active
        $again = Get-NotionConnection $connection.Name -Vault Personal
        $name.StartsWith($again.WorkspaceName) | Should -BeTrue
        $again.OwnerName | Should -Be $connection.OwnerName
        Revoke-NotionToken $connection.Name -Confirm:$false
        (Get-Kept).Keys | Should -Not -Contain "NotionAuth-$($connection.BotId)"
    }

    It 'is whole where the vault takes it' {
        $folder = New-HabitVault
        $connection = Connect-Fake -Icon 'https://example.com/icon.png'
        ((Get-Kept)["NotionAuth-$($connection.BotId)"] | ConvertFrom-Json).reply.workspace_icon |
            Should -Be 'https://example.com/icon.png'
    }
}

Describe 'Two secrets of one connection' {
    It 'are the newest one, and the older one is removed' {
        $folder = New-HabitVault @{ Habits = 'SecondEntry,IdBehindName' }
        $connection = Connect-Fake
        $kept = (Get-Kept)["NotionAuth-$($connection.BotId)"]
        $older = $kept | ConvertFrom-Json -AsHashtable
        $older.generation = 0
        $older.access_token = 'ntn_an-older-one'
        Set-Secret -Name "NotionAuth-$($connection.BotId)" -Secret ($older |
            ConvertTo-Json -Depth 10 -Compress) -Vault Personal
        @(Get-SecretInfo -Vault Personal -Name "NotionAuth-$($connection.BotId)*").Count | Should -Be 2
        @(Get-NotionConnection -Vault Personal).Count | Should -Be 1
        (Test-NotionToken $connection.Name).Status | Should -Be Active
        @(Get-SecretInfo -Vault Personal -Name "NotionAuth-$($connection.BotId)*").Count | Should -Be 1
    }

    It 'of other people are left alone' {
        $folder = New-HabitVault @{ Habits = 'IgnoresFilter' }
        $others = 'Backup of NotionAuth-b3414d65', 'NotionAuth', 'MyNotionAuth-b3414d65', 'NotionAuth-b3414d65 of old'
        foreach ($other in $others) { Set-Secret -Name $other -Secret 'not ours' -Vault Personal }
        Get-NotionConnection -Vault Personal -ErrorAction Stop | Should -BeNullOrEmpty
        $connection = Connect-Fake
        Revoke-NotionToken $connection.Name -Confirm:$false
        foreach ($other in $others) { (Get-Kept).Keys | Should -Contain $other }
    }
}
