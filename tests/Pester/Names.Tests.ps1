BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion

    function Connect-Token {
        [CmdletBinding()]
        param([string] $Name, [hashtable] $With = @{})

        $arguments = (New-FakeToken).SignIn
        Connect-NotionWorkspace @arguments -Name $Name @With
    }

    function Rename-InMetadata {
        [CmdletBinding()]
        param([string] $BotId, [string] $Name, [string] $Vault)

        # A number that went through SecretStore's file comes back as a long, which it doesn't take.
        $kept = (Get-SecretInfo "NotionAuth-$BotId" -Vault $Vault).Metadata
        $metadata = @{}
        foreach ($key in $kept.Keys) {
            $metadata[$key] = if ($kept[$key] -is [long]) { [int]$kept[$key] } else { $kept[$key] }
        }
        $metadata.Name = $Name
        Set-SecretInfo "NotionAuth-$BotId" -Vault $Vault -Metadata $metadata -ErrorAction Stop
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Two connections of one name in a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll {
        $vault = New-TestVault -Kind $Kind
        $one = Connect-Token 'prod'
        $two = Connect-Token 'staging'

        # As a program, or a person with a backup, might leave it: a second secret of the same name.
        $text = (Get-Secret "NotionAuth-$($two.BotId)" -Vault $vault.Name -AsPlainText) -replace '"staging"', '"prod"'
        $kept = (Get-SecretInfo "NotionAuth-$($two.BotId)" -Vault $vault.Name).Metadata
        Set-SecretText -Name "NotionAuth-$($two.BotId)" -Text $text -Vault $vault.Name
        if ($kept.Count) { Rename-InMetadata $two.BotId 'prod' $vault.Name }
    }

    It 'are an error of each command that would have to choose, and it lists them' {
        Clear-FakeRequest
        foreach ($command in { Invoke-NotionRequest users/me -Connection prod }, { Test-NotionToken prod },
                { Revoke-NotionToken prod -Confirm:$false }, { Revoke-NotionToken prod -LocalOnly -Confirm:$false },
                { Connect-NotionWorkspace -Name prod }) {
            Assert-NotionError $command -Id ConnectionAmbiguous -Category InvalidOperation `
                -Says (
                    "(?s)(?=.*$($one.BotId) \(workspace '$($one.WorkspaceName)', vault " +
                        "'Personal'\))(?=.*$($two.BotId) \(workspace '$($two.WorkspaceName)')"
                ) -Advises "Revoke-NotionToken $($one.BotId) -LocalOnly"
        }

        Get-FakeRequest '/' | Should -BeNullOrEmpty
        (Get-NotionConnection prod).BotId | Sort-Object |
            Should -Be ($one.BotId, $two.BotId | Sort-Object) -Because 'to list them is no choice'
    }

    It 'are each meant by the id' {
        foreach ($connection in $one, $two) {
            (Get-NotionConnection $connection.BotId).BotId | Should -BeExactly $connection.BotId
            (Invoke-NotionRequest users/me -Connection $connection.BotId).id | Should -BeExactly $connection.BotId
            (Test-NotionToken $connection.BotId).BotId | Should -BeExactly $connection.BotId
            (Connect-NotionWorkspace -Name $connection.BotId).BotId | Should -BeExactly $connection.BotId
            (Get-NotionConnection -Current).BotId | Should -BeExactly $connection.BotId
        }
    }

    It 'are one again when the recommended command has run' {
        $advice = (Get-ErrorOf { Invoke-NotionRequest users/me -Connection prod }).ErrorDetails.RecommendedAction
        $command = [regex]::Match($advice, "Revoke-NotionToken $($one.BotId)[^;]*").Value
        & ([scriptblock]::Create("$command -Confirm:`$false"))
        (Invoke-NotionRequest users/me -Connection prod).id | Should -BeExactly $two.BotId
    }
}

Describe 'A connection that is replaced in a <Kind> vault' -ForEach (Get-VaultKind) {
    It 'is not written back by a refresh that was under way in another process' {
        $vault = New-TestVault -Kind $Kind
        $null = Set-Person visit
        $arguments = (New-FakeApp).SignIn
        $old = Connect-NotionWorkspace @arguments -Name 'prod' 6>$null
        Invoke-FakeExpiry $old.BotId
        Clear-FakeRequest
        Add-FakeFault @{ kind = 'delay'; delayMs = 4000; path = '/v1/oauth/token' }
        $path = Get-NotionAuthPath
        $job = Start-Job { Import-Module $using:path; (Invoke-NotionRequest users/me -Connection prod).id }
        try {
            Wait-Until { Get-FakeRequest '/v1/oauth/token' } 'the other process refreshes'
            $new = Connect-Token 'prod' @{ Force = $true }
            $job | Receive-Job -Wait | Should -BeExactly $old.BotId
        }
        finally {
            Remove-Job $job -Force
        }

        Get-SecretInfo "NotionAuth-$($old.BotId)" -Vault $vault.Name | Should -BeNullOrEmpty
        (Connect-NotionWorkspace -Name prod).BotId | Should -BeExactly $new.BotId
        (Get-NotionConnection prod).BotId | Should -BeExactly $new.BotId
    }
}

Describe 'A vault whose metadata was changed by itself' {
    BeforeAll {
        $vault = New-TestVault -Kind (Get-StandardVaultKind)
        $a = Connect-Token 'A'
        $b = Connect-Token 'B'
        Rename-InMetadata $a.BotId 'B' $vault.Name
        Rename-InMetadata $b.BotId 'A' $vault.Name
    }

    It 'sends no request to the other workspace, and warns once of what differs' {
        foreach ($connection in $a, $b) {
            $how = @{ Connection = $connection.Name; WarningAction = 'SilentlyContinue' }
            $ids = 1..3 | ForEach-Object { 'users/me' } | Invoke-NotionRequest @how -WarningVariable warnings |
                ForEach-Object id
            $ids | Should -Be (@($connection.BotId) * 3)
            "$warnings" | Should -Match "metadata.*$($a.BotId) is 'A' and not 'B'"
            $warnings.Count | Should -Be 1
        }

        $null = Test-NotionToken A, B -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
    }

    It 'does so in a new process too, and where connections are piped' {
        Invoke-InProcess "(Invoke-NotionRequest users/me -Connection A 3>`$null).id" | Should -BeExactly $a.BotId
        Invoke-InProcess "(Get-NotionConnection A | Invoke-NotionRequest users/me 3>`$null).id" |
            Should -BeExactly $a.BotId
        (Connect-NotionWorkspace -Name A 3>$null).BotId | Should -BeExactly $a.BotId
    }

    It 'is put right by signing in again' {
        $token = New-FakeToken
        $arguments = $token.SignIn
        $c = Connect-NotionWorkspace @arguments -Name C
        Rename-InMetadata $c.BotId 'D' $vault.Name
        Assert-NotionError { Connect-Token 'C' } -Id NameInUse -Category ResourceExists -Says $c.BotId
        $null = Connect-NotionWorkspace @arguments -Name C -WarningAction SilentlyContinue
        $null = Invoke-NotionRequest users/me -Connection C -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
    }

    It 'keeps no name from being given that only the metadata has' {
        $c = Connect-Token 'E' @{ WarningAction = 'SilentlyContinue' }
        Rename-InMetadata $c.BotId 'F' $vault.Name
        $f = Connect-Token 'F' @{ WarningAction = 'SilentlyContinue' }
        (Invoke-NotionRequest users/me -Connection F -WarningAction SilentlyContinue).id | Should -BeExactly $f.BotId
    }
}

Describe 'Two session connections of one name' {
    It 'are not made: the name is in use, and -Force replaces it' {
        Remove-TestVault
        $one = Connect-Token 'session' @{ SessionOnly = $true }
        Assert-NotionError {
            Connect-Token 'session' @{ SessionOnly = $true }
        } -Id NameInUse -Category ResourceExists -Says $one.BotId
        $two = Connect-Token 'session' @{ SessionOnly = $true; Force = $true }
        (Get-NotionConnection session).BotId | Should -BeExactly $two.BotId
        (Invoke-NotionRequest users/me -Connection $two.BotId).id | Should -BeExactly $two.BotId
    }
}
